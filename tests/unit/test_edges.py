"""The small pure parts of the edges: ICE servers, resume tokens, settings."""

import base64
import hashlib
import hmac
import os
import stat
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from canvas_server.auth.invitations import Invitations
from canvas_server.auth.keys import Keys, load_key
from canvas_server.auth.peerids import PeerIds
from canvas_server.auth.resume import RESUME_SECONDS, ResumeTokens
from canvas_server.auth.signing import Signer
from canvas_server.cli import main
from canvas_server.config.settings import SETTINGS, STUN_URLS
from canvas_server.core.presence.identity import ResumeClaims
from canvas_server.ice.servers import IcePlan
from canvas_server.protocol.server import IceServer
from canvas_server.server.backends import StartupError
from canvas_server.server.checks import check
from support.hub.settings import parse

NOW = 1_700_000_000.0


def servers(**wishes: object) -> tuple[IceServer, ...]:
    settings = structs.replace(parse(), **{"stun_urls": (), **wishes})
    return IcePlan(settings).servers("ada", NOW)


def test_no_addresses_no_servers() -> None:
    assert servers() == servers(turn_secret="s") == ()


def test_stun_and_static_turn() -> None:
    assert servers(
        stun_urls=("stun:a", "stun:b"),
        turn_urls=("turn:c",),
        turn_username="u",
        turn_credential="p",
    ) == (IceServer(("stun:a", "stun:b")), IceServer(("turn:c",), "u", "p"))


def test_turn_credentials_of_a_shared_secret_expire() -> None:
    (turn,) = servers(turn_urls=("turn:c",), turn_secret="secret", turn_username="ignored")
    assert turn.username == "1700003600:ada"
    sooner = servers(turn_urls=("turn:c",), turn_secret="secret", turn_seconds=60)
    assert sooner[0].username == "1700000060:ada"
    digest = hmac.new(b"secret", b"1700003600:ada", hashlib.sha1).digest()
    assert turn.credential == base64.b64encode(digest).decode()


def test_a_resume_token_proves_one_peer_in_one_session_for_a_while() -> None:
    tokens = ResumeTokens(Keys(b"k" * 32))
    claims = ResumeClaims("ada", "s", "this stay", "view i")
    token = tokens.sign(claims, NOW)
    assert token != tokens.sign(claims, NOW), "each counts from its own place"
    assert tokens.read(token, NOW) == claims
    assert tokens.read(token, NOW + RESUME_SECONDS) is None
    assert tokens.read("", NOW) is None
    assert tokens.read(token[:-2] + "xx", NOW) is None
    assert ResumeTokens(Keys(b"j" * 32)).read(token, NOW) is None


def test_a_resume_token_of_an_earlier_release_is_of_no_incarnation() -> None:
    keys = Keys(b"k" * 32)
    signer = Signer(keys, "resume")
    old = signer.sign({"sub": "ada", "session": "s", "jti": "x"}, NOW + 60)
    assert ResumeTokens(keys).read(old, NOW) == ResumeClaims("ada", "s")
    assert ResumeTokens(keys).read(signer.sign({"sub": 1}, NOW + 60), NOW) is None


@pytest.mark.rule("SES2")
def test_peer_ids_are_recognised_with_every_key_that_is_believed() -> None:
    ids = PeerIds(Keys(b"k" * 32))
    made = [ids.make() for _ in range(200)]
    assert len(set(made)) == 200
    for peer_id in made:
        parsed = uuid.UUID(peer_id)
        assert (str(parsed), parsed.version, parsed.variant) == (peer_id, 4, uuid.RFC_4122)
        assert ids.made_here(peer_id)
    rotated, other = PeerIds(Keys(b"n" * 32, b"k" * 32)), PeerIds(Keys(b"n" * 32))
    assert all(map(rotated.made_here, made))
    assert not any(map(other.made_here, made))
    assert other.made_here(rotated.make()), "the first key makes"
    assert not any(ids.made_here(str(uuid.uuid4())) for _ in range(200))
    for bit in range(128):
        changed = str(uuid.UUID(int=uuid.UUID(made[0]).int ^ 1 << bit))
        assert not ids.made_here(changed), bit


def test_the_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    key = load_key(folder)
    assert len(key) == 32
    assert load_key(folder) == key
    assert stat.S_IMODE((folder / "resume.key").stat().st_mode) == 0o600
    assert sorted(os.listdir(folder)) == ["resume.key"]  # noqa: PTH208
    assert load_key(tmp_path / "other") != key


def test_defaults() -> None:
    settings = parse()
    assert (settings.host, settings.port, settings.open) == ("127.0.0.1", 9473, False)
    assert settings.stun_urls == STUN_URLS
    assert settings.turn_urls == settings.allowed_origins == ()
    assert settings.turn_secret is None


def test_flags_win_over_variables() -> None:
    env = {"CANVAS_PORT": "1000", "CANVAS_HOST": "::1", "CANVAS_AUTO_ACCEPT": "1"}
    settings = parse("--port", "2000", env=env)
    assert (settings.host, settings.port, settings.auto_accept) == ("::1", 2000, True)


def test_lists_are_split_at_commas_and_spaces() -> None:
    assert parse("--turn-urls", "turn:a, turns:b").turn_urls == ("turn:a", "turns:b")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.variable)
def test_an_empty_variable_counts_as_unset_but_for_stun(setting: object) -> None:
    variable: str = setting.variable  # type: ignore[attr-defined]
    field: str = setting.field  # type: ignore[attr-defined]
    value = getattr(parse(env={variable: ""}), field)
    assert value == (() if variable == "CANVAS_STUN_URLS" else getattr(parse(), field))


def test_beyond_loopback_only_when_said_so(tmp_path: Path) -> None:
    arguments = ["--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "--open" in result.output
    check(parse(*arguments, "--open"))


def test_with_a_secret_it_may_be_reached_by_all() -> None:
    check(parse("--host", "0.0.0.0", env={"CANVAS_AUTH_SECRET": "x" * 32}))


def test_a_secret_that_can_be_guessed_is_refused_and_not_repeated(tmp_path: Path) -> None:
    env = {"CANVAS_AUTH_SECRET": f"{'x' * 32},guess"}
    result = CliRunner().invoke(main, ["--port", "0", "--data", str(tmp_path)], env=env)
    assert result.exit_code == 2
    assert "canvas-server secret" in result.output
    assert "guess" not in result.output


def test_calls_through_turn_servers_alone_need_one() -> None:
    with pytest.raises(StartupError, match="CANVAS_TURN_URLS"):
        check(parse("--relay-only", "public-*"))
    turn = ("--turn-urls", "turn:turn.example.org", "--turn-secret", "x")
    check(parse("--relay-only", "*", *turn))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("9474", "127.0.0.1", 9474), ("10.0.0.5:1", "10.0.0.5", 1), ("[::1]:80", "::1", 80)],
)
def test_a_listener_is_a_port_or_an_address_with_one(text: str, host: str, port: int) -> None:
    listen = parse("--metrics-listen", text).metrics_listen
    assert listen is not None
    assert (listen.host, listen.port) == (host, port)


@pytest.mark.parametrize("text", ["70000", "here:", "a:b", "::1:80", "http://x:1"])
def test_what_is_no_listener_is_refused(text: str) -> None:
    with pytest.raises(AssertionError, match="HOST:PORT"):
        parse("--metrics-listen", text)


def test_a_proxy_is_an_address() -> None:
    assert parse("--trusted-proxies", "10.0.0.0/8 ::1").trusted_proxies == ("10.0.0.0/8", "::1")
    result = CliRunner().invoke(main, ["--trusted-proxies", "proxy.example.org"])
    assert result.exit_code == 2
    assert "neither an address nor a network" in result.output


def test_the_configuration_of_a_turn_server() -> None:
    result = CliRunner().invoke(main, ["turn-config"], env={"CANVAS_TURN_SECRET": ""})
    assert result.exit_code == 1
    assert "canvas-server secret" in result.output
    env = {"CANVAS_TURN_SECRET": "hush"}
    printed = CliRunner().invoke(main, ["turn-config", "--allow", "10.1.0.0/16"], env=env).output
    lines = printed.splitlines()
    assert "static-auth-secret=hush" in lines
    assert {"no-tls", "no-cli", "no-multicast-peers", "no-tcp-relay"} <= set(lines)
    assert "denied-peer-ip=10.0.0.0-10.255.255.255" in lines
    assert "denied-peer-ip=0:0:0:0:0:ffff:0:0-0:0:0:0:0:ffff:ffff:ffff" in lines
    assert "denied-peer-ip=0:0:0:0:0:0:0:1-0:0:0:0:0:0:ffff:ffff" in lines
    assert not [line for line in lines if "::" in line], "each Python would write it otherwise"
    assert not [line for line in lines if "=0:0:0:0:0:0:0:0" in line], "to coturn all addresses"
    assert "allowed-peer-ip=10.1.0.0-10.1.255.255" in lines
    tls = ["turn-config", "--cert", "c.pem", "--key", "k.pem", "--external-ip", "203.0.113.1"]
    lines = CliRunner().invoke(main, tls, env=env).output.splitlines()
    assert {"cert=c.pem", "pkey=k.pem", "external-ip=203.0.113.1"} <= set(lines)
    assert "no-tls" not in lines
    assert CliRunner().invoke(main, [*tls[:3]], env=env).exit_code == 2
    assert CliRunner().invoke(main, ["turn-config", "--listen", "x"], env=env).exit_code == 2
    assert "[Service]" in CliRunner().invoke(main, ["turn-config", "--systemd"]).output


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["--port", "0", "--data", str(tmp_path / "file" / "x")])
    assert result.exit_code == 1
    assert "--data" in result.output


def test_help_and_version() -> None:
    assert "serve" in CliRunner().invoke(main, ["--help"]).output
    assert "CANVAS_PORT" in CliRunner().invoke(main, ["serve", "--help"]).output
    assert CliRunner().invoke(main, ["--version"]).output.startswith("canvas-server, version")


@pytest.mark.rule("TOK4")
def test_what_was_taken_back_stays_so_however_long_its_token_lives(tmp_path: Path) -> None:
    """Also when nobody here knows when that is."""
    invitations = Invitations(tmp_path, 0)
    invitations.revoke("made-elsewhere", 1)
    invitations.close()
    later = Invitations(tmp_path, 20 * 365 * 24 * 3600)
    assert later.is_revoked("made-elsewhere")
    later.close()
