"""Every setting refuses what cannot work, and says what to write; what is right is taken as it is."""

import functools
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.config.environment import suspicious
from canvas_server.config.options import with_settings_of
from canvas_server.config.settings import SETTINGS
from canvas_server.server.backends import StartupError
from canvas_server.server.checks import check, idle
from support.hub.settings import parse

BAD = [
    ("CANVAS_HOST", "http://0.0.0.0:9473", "write 0.0.0.0, and 9473 as the port"),
    ("CANVAS_HOST", "0.0.0.0:9473", "write 0.0.0.0, and 9473 as the port"),
    ("CANVAS_HOST", "not a host", "no address of this machine"),
    ("CANVAS_PORT", "99999", "not in the range 0<=x<=65535"),
    ("CANVAS_PORT", "http", "no whole number"),
    ("CANVAS_HISTORY_DAYS", "-1", "not in the range"),
    ("CANVAS_HISTORY_DAYS", "30d", "of days: write 30"),
    ("CANVAS_HISTORY_DAYS", "2 weeks", "of days: write 14"),
    ("CANVAS_HISTORY_BYTES", "10GB", "of bytes: write 10000000000"),
    ("CANVAS_HISTORY_BYTES", "1GiB", "of bytes: write 1073741824"),
    ("CANVAS_HISTORY_BYTES", "0", "not in the range"),
    ("CANVAS_OPEN", "perhaps", "not a valid boolean"),
    ("CANVAS_AUTH_SECRET", "hush", "at least 32 characters"),
    ("CANVAS_STUN_URLS", "stun.example.org", "write stun:stun.example.org:3478"),
    ("CANVAS_STUN_URLS", "stun:stun.example.org?transport=tcp", "nothing after a '?'"),
    ("CANVAS_STUN_URLS", "turn:turn.example.org", "name it in CANVAS_TURN_URLS"),
    ("CANVAS_TURN_URLS", "turn.example.org", "write turn:turn.example.org:3478"),
    ("CANVAS_TURN_URLS", "turn.example.org:3478", "write turn:turn.example.org:3478"),
    ("CANVAS_TURN_URLS", "stun:stun.example.org", "name it in CANVAS_STUN_URLS"),
    ("CANVAS_TURN_URLS", "turn://turn.example.org", "write turn:turn.example.org"),
    ("CANVAS_TURN_URLS", "turn:2001:db8::1:3478", "write turn:[2001:db8::1]:3478"),
    ("CANVAS_TURN_URLS", "turns:2001:db8::1?transport=tcp", "turns:[2001:db8::1]?transport=tcp"),
    ("CANVAS_TURN_URLS", "turn:[2001:db8::x]", "no name or address"),
    ("CANVAS_TURN_URLS", "turn:999.1.1.1", "no name or address"),
    ("CANVAS_TURN_URLS", "turn:example.org:0", "a port is a number from 1"),
    ("CANVAS_TURN_URLS", "turn:example.org:port", "a port is a number from 1"),
    ("CANVAS_TURN_URLS", "turn:example.org:", "a port is a number from 1"),
    ("CANVAS_TURN_URLS", "turn:example.org/path", "is no address"),
    ("CANVAS_TURN_URLS", "turn:example.org?transport=sctp", "write ?transport=udp or"),
    ("CANVAS_TURN_URLS", "turn:example.org?tcp", "write ?transport=udp or"),
    ("CANVAS_TURN_URLS", "turns:example.org?transport=udp", "write ?transport=tcp"),
    ("CANVAS_TURN_URLS", "turn:ada:hush@example.org", "CANVAS_TURN_CREDENTIAL"),
    ("CANVAS_TURN_URLS", "turn:", "is no address"),
    ("CANVAS_TURN_URLS", '"turn:example.org"', "no scheme that is known"),
    ("CANVAS_TURN_SECONDS", "1h", "of seconds: write 3600"),
    ("CANVAS_TURN_SECONDS", "5", "not in the range"),
    ("CANVAS_TRUSTED_PROXIES", "proxy.example.org", "neither an address nor a network"),
    ("CANVAS_ALLOWED_ORIGINS", "call.example.org", "write https://call.example.org"),
    ("CANVAS_ALLOWED_ORIGINS", "https://call.example.org/x", "write https://call.example.org"),
    ("CANVAS_ALLOWED_ORIGINS", "https://*.example.org", "without '*'"),
    ("CANVAS_ALLOWED_ORIGINS", "*", "without '*'"),
    ("CANVAS_ALLOWED_ORIGINS", "null", "write https://null"),
    ("CANVAS_ALLOWED_ORIGINS", "https://a:hush@call.example.org", "is no origin"),
    ("CANVAS_ALLOWED_ORIGINS", "wss://call.example.org", "is no origin"),
    ("CANVAS_ALLOWED_HOSTS", "https://canvas.lan/x", "write canvas.lan"),
    ("CANVAS_ALLOWED_HOSTS", "canvas.lan:9473", "write canvas.lan"),
    ("CANVAS_ALLOWED_HOSTS", "a b/c", "write b"),
    ("CANVAS_ALLOWED_HOSTS", "can$vas", "is no name of a host"),
    ("CANVAS_METRICS_LISTEN", "http://x:1", "neither a port nor HOST:PORT"),
    ("CANVAS_LOG_FORMAT", "xml", "is not one of 'text', 'json'"),
    ("CANVAS_AUDIT_BYTES", "64MB", "write 64000000"),
    ("CANVAS_RESUME_SECONDS", "2m", "of seconds: write 120"),
    ("CANVAS_RESUME_SECONDS", "-3", "not in the range"),
    ("CANVAS_RESUME_SECONDS", "1.5", "no whole number of seconds"),
    ("WS_RATE_LIMIT_BURST", "0", "not in the range"),
    ("CANVAS_PER_ADDRESS", "many", "no whole number"),
    ("CANVAS_LINK_PLACES", "0", "not in the range"),
    ("CANVAS_CLUSTER", "10.0.0.5:4222", "is no address such as nats://10.0.0.5:4222"),
    ("CANVAS_CLUSTER", "nats://", "is no address such as nats://10.0.0.5:4222"),
    ("CANVAS_CLUSTER", "http://10.0.0.5:4222", "is no address such as nats://10.0.0.5:4222"),
    ("CANVAS_CLUSTER", "nats://ada:hush@:4222", "is no address such as nats://10.0.0.5:4222"),
    ("CANVAS_CLUSTER", "nats://a:b:c", "is no address such as nats://10.0.0.5:4222"),
    ("CANVAS_CLUSTER_REPLICAS", "9", "not in the range"),
    ("COMMUNITAS_MCP_URL", "127.0.0.1:3040", "is no address such as http://127.0.0.1:3040"),
    ("COMMUNITAS_NETWORK_PORT", "0", "not in the range"),
    ("CANVAS_X0X_URL", "ftp://127.0.0.1", "is no address such as http://127.0.0.1:12700"),
    ("CANVAS_RELAY_PEERS", "somebody", "is no agent id"),
]


@functools.cache
def command_of(variable: str) -> click.Command:
    """Return a command that has one setting."""
    (field,) = (setting.field for setting in SETTINGS if setting.variable == variable)

    @click.command()
    @with_settings_of(field)
    def command(**values: object) -> None:
        raise AssertionError(values)

    return command


GOOD = [
    ("CANVAS_HOST", "[::1]", "::1"),
    ("CANVAS_HOST", "::", "::"),
    ("CANVAS_HOST", "localhost", "localhost"),
    ("CANVAS_STUN_URLS", "STUN:stun.example.org", ("stun:stun.example.org",)),
    ("CANVAS_STUN_URLS", "stuns:[2001:db8::1]:5349", ("stuns:[2001:db8::1]:5349",)),
    ("CANVAS_STUN_URLS", "stun:bücher.example", ("stun:xn--bcher-kva.example",)),
    (
        "CANVAS_TURN_URLS",
        "turn:a.example:3478?transport=TCP, turns:192.0.2.1",
        ("turn:a.example:3478?transport=tcp", "turns:192.0.2.1"),
    ),
    ("CANVAS_ALLOWED_ORIGINS", "https://call.example.org/", ("https://call.example.org",)),
    ("CANVAS_ALLOWED_ORIGINS", "https://bücher.example", ("https://xn--bcher-kva.example",)),
    ("CANVAS_ALLOWED_HOSTS", "canvas.lan,*.example.org *", ("canvas.lan", "*.example.org", "*")),
    ("CANVAS_CLUSTER", "nats://u:p@a:4222,tls://b", ("nats://u:p@a:4222", "tls://b")),
    ("CANVAS_X0X_URL", "/var/lib/x0x", "/var/lib/x0x"),
    ("CANVAS_HISTORY_DAYS", "0", 0),
]


@pytest.mark.report(
    "reading",
    "A TURN server in a form that browsers refuse was taken, and the firewall was blamed.",
    "`--turn-urls turn:2001:db8::1:3478`, `turn.example.org`, `turn://host`",
    "Refused at the start, with what to write.",
)
@pytest.mark.report(
    "reading",
    "A setting with a unit, a scheme too much or too little did something else than was meant.",
    "`CANVAS_RESUME_SECONDS=2m`, `CANVAS_ALLOWED_ORIGINS=call.example.org`, `CANVAS_CLUSTER=host`",
    "Refused at the start, with what to write; no secret is repeated.",
)
@pytest.mark.parametrize(("variable", "value", "words"), BAD)
def test_what_cannot_work_is_refused_with_what_to_write(
    variable: str, value: str, words: str
) -> None:
    result = CliRunner().invoke(command_of(variable), env={variable: value})
    output = " ".join(result.output.split())
    assert result.exit_code == 2, output
    assert variable in output
    assert words in output
    assert "hush" not in output


@pytest.mark.parametrize(("variable", "value", "read"), GOOD)
def test_what_is_right_is_taken(variable: str, value: str, read: object) -> None:
    (field,) = (setting.field for setting in SETTINGS if setting.variable == variable)
    assert getattr(parse(env={variable: value}), field) == read


@pytest.mark.report(
    "reading",
    "The canvases of yesterday were gone: they lie in a folder whose name is `~`, or ends in a space.",
    "`CANVAS_DATA_DIR=~/canvas`, `CANVAS_TLS_CERT=/etc/cert.pem ` and `CANVAS_AUDIT_LOG=~/audit` in an env file",
    "The home directory, and no spaces, as a shell reads it; who has no home directory is told.",
)
@pytest.mark.parametrize("variable", ["CANVAS_DATA_DIR", "CANVAS_TLS_KEY", "CANVAS_AUDIT_LOG"])
def test_paths_are_read_as_a_shell_reads_them(variable: str, tmp_path: Path) -> None:
    (field,) = (setting.field for setting in SETTINGS if setting.variable == variable)
    for text in ("~/canvas", " ~/canvas\t", f"{tmp_path}/canvas ", f"{tmp_path}/canvas"):
        read = getattr(parse(env={variable: text, "HOME": str(tmp_path)}), field)
        assert str(read) == f"{tmp_path}/canvas"
    result = CliRunner().invoke(command_of(variable), env={variable: "~nobody.here/canvas"})
    assert result.exit_code == 2
    assert "no home directory is known for ~nobody.here/canvas" in result.output


FREE = {
    "CANVAS_DATA_DIR",
    "CANVAS_TURN_SECRET",
    "CANVAS_TURN_USERNAME",
    "CANVAS_TURN_CREDENTIAL",
    "CANVAS_RELAY_ONLY",
    "CANVAS_TLS_CERT",
    "CANVAS_TLS_KEY",
    "CANVAS_AUDIT_LOG",
    "CANVAS_NODE_ID",
    "COMMUNITAS_MCP_TOKEN",
    "X0X_API_TOKEN",
    "CANVAS_RELAY_SECRET",
    "CANVAS_RELAY_SESSIONS",
    "WS_RATE_LIMIT_SUSTAINED",
    "CANVAS_DRAIN_SECONDS",
    "CANVAS_BASE_PATH",
    "CANVAS_FRAME_ANCESTORS",
}
"""Any text will do, or it is of a type that is tried with another variable, or elsewhere."""


def test_every_setting_is_tried() -> None:
    switches = {setting.variable for setting in SETTINGS if setting.kind is bool}
    tried = {variable for variable, *_ in BAD}
    assert {setting.variable for setting in SETTINGS} <= tried | FREE | switches


def test_a_server_is_not_started_with_them() -> None:
    result = CliRunner().invoke(main, ["serve"], env={"CANVAS_TURN_URLS": "turn.example.org"})
    assert result.exit_code == 2


TURN = {"CANVAS_TURN_URLS": "turn:turn.example.org"}


@pytest.mark.report(
    "reading",
    "TURN servers without credentials were taken; browsers refused every call with them.",
    "`CANVAS_TURN_URLS` without `CANVAS_TURN_SECRET`, or a user without a password",
    "Refused at the start, with what is missing.",
)
@pytest.mark.parametrize(
    ("env", "words"),
    [
        (TURN, "needs CANVAS_TURN_SECRET"),
        (TURN | {"CANVAS_TURN_USERNAME": "u"}, "both CANVAS_TURN_USERNAME and"),
        ({"CANVAS_TURN_CREDENTIAL": "p"}, "both CANVAS_TURN_USERNAME and"),
        ({"CANVAS_RELAY_ONLY": "*"}, "give CANVAS_TURN_URLS"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(env: dict[str, str], words: str) -> None:
    with pytest.raises(StartupError, match=words):
        check(parse(env=env))
    check(parse(env=TURN | {"CANVAS_TURN_SECRET": "x"}))
    check(parse(env=TURN | {"CANVAS_TURN_USERNAME": "u", "CANVAS_TURN_CREDENTIAL": "p"}))


def test_settings_that_do_nothing_are_named() -> None:
    assert idle(parse()) == idle(parse(env=TURN | {"CANVAS_TURN_SECRET": "x"})) == []
    env = {
        "CANVAS_TURN_SECRET": "x",
        "CANVAS_TURN_USERNAME": "u",
        "CANVAS_TURN_CREDENTIAL": "p",
        "CANVAS_OPEN": "1",
        "CANVAS_AUTH_SECRET": "x" * 32,
        "COMMUNITAS_MCP_TOKEN": "x",
        "X0X_API_TOKEN": "x",
    }
    named = [text.partition(" ")[0] for text in idle(parse(env=env))]
    assert named == [
        "CANVAS_TURN_SECRET",
        "CANVAS_TURN_USERNAME",
        "CANVAS_TURN_USERNAME",
        "CANVAS_OPEN",
        "COMMUNITAS_MCP_TOKEN",
        "X0X_API_TOKEN",
    ]


@pytest.mark.report(
    "running",
    "In Kubernetes the server did not start: a service called canvas sets `CANVAS_PORT`.",
    "`CANVAS_PORT=tcp://10.43.0.7:9473`",
    "It counts as nothing, the usual port is taken, and a warning says why; as a flag it is refused.",
)
def test_what_kubernetes_sets_for_a_service_is_no_port() -> None:
    linked = {"CANVAS_PORT": "tcp://10.43.0.7:9473"}
    assert parse(env=linked).port == 9473
    assert parse("--port", "8000", env=linked).port == 8000
    (warning,) = suspicious(linked, [setting.variable for setting in SETTINGS])
    assert "enableServiceLinks" in warning
    result = CliRunner().invoke(command_of("CANVAS_PORT"), ["--port", "tcp://10.43.0.7:9473"])
    assert result.exit_code == 2


@pytest.mark.report(
    "reading",
    "A mistyped variable did nothing, and nobody was told.",
    "`CANVAS_TURN_URL=turn:…`",
    "A warning at the start names the nearest one that there is.",
)
def test_variables_that_are_no_settings_are_named() -> None:
    known = [setting.variable for setting in SETTINGS]
    environment = {
        "CANVAS_TURN_URL": "hush",
        "CANVAS_WHATEVER_ELSE": "hush",
        "CANVAS_PORT": "9473",
        "CANVAS_JOIN_TOKEN": "x",
        "CANVAS_SERVICE_HOST": "10.0.0.1",
        "CANVAS_PORT_9473_TCP": "tcp://10.0.0.1:9473",
        "CANVAS_TURN_SECRET": '"hush"',
        "CANVAS_NODE_ID": "it's",
        "PATH": "/bin",
    }
    typo, unknown, quoted = suspicious(environment, known)
    assert "CANVAS_TURN_URL is no setting" in typo
    assert "do you mean CANVAS_TURN_URLS?" in typo
    assert "--help" in unknown
    assert quoted.startswith("CANVAS_TURN_SECRET has quotes")
    assert "hush" not in typo + unknown + quoted
