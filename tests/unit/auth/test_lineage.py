"""What is made with a link ends with it, at the latest, and is taken back with it (docs/adr/0023)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canvas_server.auth.invitationfile import DATABASE, Invitation, copy_into, merge_from
from canvas_server.auth.invitations import KEPT_SECONDS, Invitations
from canvas_server.auth.join import MAX_LINEAGE, Claims, JoinTokens, fresh_invitation, made_with
from canvas_server.auth.keys import Keys
from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Grant
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.http import TokenWish
from canvas_server.protocol.roles import Role
from support.hub.hub import NOW, HubLab, make_hub

pytestmark = pytest.mark.rule("TOK4", "TOK7", "TOK8")

DAY, YEAR = 24 * 3600, 365 * 24 * 3600


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every list of links that a test opens is closed at its end."""
    opened: list[Invitations] = []

    class Closed(Invitations):
        def __init__(self, data_dir: Path | None, now: float) -> None:
            super().__init__(data_dir, now)
            opened.append(self)

    monkeypatch.setitem(globals(), "Invitations", Closed)
    yield
    for one in opened:
        one.close()


class Issuer:
    """Gives out tokens as the API does, and forgets nothing while it lives."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self.invitations = Invitations(data_dir, NOW)
        self.join = JoinTokens(Keys(b"k" * 32), self.invitations.is_revoked)

    def root(self, role: Role = Role.MODERATE, seconds: float = DAY, **more: Any) -> str:
        claims = Claims("s", role, fresh_invitation(), int(NOW), renew=True, **more)
        return self.join.sign(claims, NOW + seconds)

    def child(self, parent: str, now: float = NOW, **wish: Any) -> str:
        grant = self.join.admit(parent, "s", now)
        wanted = TokenWish("s", wish.pop("role", Role.MODERATE), **wish)
        claims, expires = made_with(grant, wanted, now)
        lineage = tuple(one.id for one in claims.lineage)
        self.invitations.add(
            Invitation(
                claims.invitation, "s", claims.role, claims.name, now, expires, None, lineage
            ),
            now,
        )
        return self.join.sign(claims, expires)

    def grant(self, token: str, now: float = NOW) -> Grant:
        return self.join.admit(token, "s", now)

    def refusal(self, token: str, now: float = NOW) -> ErrorCode | None:
        try:
            self.grant(token, now)
        except Refusal as refused:
            return refused.code
        return None


def ended(issuer: Issuer, *tokens: str) -> list[bool]:
    return [issuer.refusal(token) is ErrorCode.UNAUTHORIZED for token in tokens]


@pytest.mark.rule("TOK8")
def test_what_is_taken_back_takes_with_it_all_that_was_made_with_it(tmp_path: Path) -> None:
    """To any depth, and nothing beside it; also after a restart, where nobody knows the rest."""
    issuer = Issuer(tmp_path)
    first = issuer.root()
    chain = [first]
    for _ in range(12):
        chain.append(issuer.child(chain[-1]))
    beside = issuer.child(chain[3])
    renewed, _ = issuer.join.renew(issuer.grant(chain[9]), "s", NOW)
    issuer.invitations.revoke(issuer.grant(chain[4]).invitation, NOW)
    assert ended(issuer, *chain) == [False] * 4 + [True] * 9
    assert ended(issuer, beside, renewed) == [False, True]
    issuer.invitations.close()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database, database:
        database.execute("DELETE FROM invitation WHERE revoked IS NULL")
    again = Issuer(tmp_path)
    assert ended(again, *chain) == [False] * 4 + [True] * 9
    assert ended(again, beside, renewed) == [False, True]
    with pytest.raises(Refusal):
        again.child(chain[7])


@pytest.mark.rule("TOK8")
def test_nothing_lasts_longer_than_what_it_was_made_with() -> None:
    issuer = Issuer()
    short = issuer.root(seconds=60)
    long = issuer.child(short, expires_in=YEAR)
    longer = issuer.child(long, NOW + 30, expires_in=YEAR)
    assert [issuer.grant(token).expires for token in (long, longer)] == [NOW + 60] * 2
    assert issuer.refusal(longer, NOW + 61) is ErrorCode.TOKEN_EXPIRED
    brief = issuer.child(short, expires_in=10)
    assert issuer.grant(brief).expires == NOW + 10


@pytest.mark.rule("TOK2", "TOK8")
def test_nor_does_what_is_renewed() -> None:
    """Who came by it stays until it ends, and no longer; what its bearer makes, neither."""
    issuer = Issuer()
    grant = issuer.grant(issuer.child(issuer.root(seconds=2 * 3600), expires_in=YEAR))
    end, now, renewals = NOW + 2 * 3600, NOW, 0
    while grant.renew_at is not None:
        now = grant.renew_at
        token, grant = issuer.join.renew(grant, "s", now)
        renewals += 1
        assert now < (grant.expires or 0) <= end
        assert issuer.grant(issuer.child(token, now, expires_in=YEAR), now).expires == end
    assert renewals > 1
    assert grant.expires == end
    with pytest.raises(Refusal) as refused:
        issuer.join.renew(grant, "s", end)
    assert refused.value.code is ErrorCode.TOKEN_EXPIRED


@pytest.mark.rule("TOK2", "TOK8")
def test_a_link_of_who_runs_the_server_goes_on_for_who_is_there() -> None:
    """What is made with it ends when it was to end, or else when the token does."""
    issuer = Issuer()
    grant = issuer.grant(issuer.root(seconds=DAY))
    for _ in range(100):
        assert grant.renew_at is not None
        now = grant.renew_at
        token, grant = issuer.join.renew(grant, "s", now)
        child = issuer.grant(issuer.child(token, now, expires_in=YEAR), now)
        assert child.expires == max(NOW + DAY, grant.expires or 0)


@pytest.mark.rule("TOK8")
def test_no_link_gives_more_than_what_it_was_made_with() -> None:
    issuer = Issuer()
    parent = issuer.grant(issuer.root(user="ada"))
    for role in Role:
        assert made_with(parent, TokenWish("s", role), NOW)[0].role is role
    lower = msgspec.structs.replace(parent, role=Role.PRESENT)
    for role in (Role.EDIT, Role.MODERATE, Role.AGENT):
        with pytest.raises(Refusal) as refused:
            made_with(lower, TokenWish("s", role), NOW)
        assert refused.value.code is ErrorCode.FORBIDDEN
    assert made_with(lower, TokenWish("s", Role.VIEW), NOW)[0].role is Role.VIEW


@pytest.mark.rule("TOK6")
def test_who_somebody_is_only_who_runs_the_server_says() -> None:
    """Or who is that person: on another device."""
    issuer = Issuer()
    parent = issuer.grant(issuer.root(user="ada"))
    with pytest.raises(Refusal) as refused:
        made_with(parent, TokenWish("s", user="bob"), NOW)
    assert "user" in refused.value.text
    assert made_with(parent, TokenWish("s", user="ada"), NOW)[0].user == "ada"
    assert made_with(None, TokenWish("s", user="bob"), NOW)[0].user == "bob"


@pytest.mark.rule("TOK8")
def test_a_chain_of_links_has_an_end_and_its_tokens_fit() -> None:
    issuer = Issuer()
    token = issuer.root()
    for _ in range(MAX_LINEAGE):
        token = issuer.child(token, name="n" * 64, places=200)
    assert len(token) < 4096
    with pytest.raises(Refusal) as refused:
        issuer.child(token)
    assert refused.value.code is ErrorCode.FORBIDDEN


@pytest.mark.rule("TOK4", "TOK8")
def test_who_is_there_leaves_with_all_whom_they_let_in() -> None:
    issuer, lab = Issuer(), HubLab()
    lab.hub = make_hub(lab.memory, admission=issuer.join)
    boss = issuer.root()
    rogue = issuer.child(boss)
    tokens = [boss, rogue, issuer.child(rogue), issuer.child(issuer.child(rogue), role=Role.VIEW)]
    connections = [lab.connect() for _ in tokens]
    for connection, token in zip(connections, tokens, strict=True):
        lab.say(connection, client.Subscribe("s", token=token))
    lab.drop(connections[2], None)
    taken = issuer.grant(rogue).invitation
    issuer.invitations.revoke(taken, NOW)
    lab.perform(lab.hub.revoke(taken, NOW))
    assert lab.hub.peer_count == 1
    assert [(one.connection, one.code) for one in lab.closes] == [
        (connections[1], CloseCode.REMOVED),
        (connections[3], CloseCode.REMOVED),
    ]


@pytest.mark.rule("TOK7")
def test_what_is_taken_back_outlives_its_listing_and_every_clock(tmp_path: Path) -> None:
    """A link whose bearer stayed for a month after its end; and a clock that went wrong once."""
    issuer = Issuer(tmp_path)
    root = issuer.root(seconds=8 * 3600)
    taken = issuer.grant(root).invitation
    issuer.invitations.add(Invitation(taken, "s", Role.MODERATE, None, NOW, NOW + 8 * 3600), NOW)
    later = NOW + 8 * 3600 + KEPT_SECONDS + 3600
    renewed, grant = issuer.join.renew(issuer.grant(root), "s", later)
    assert (grant.expires or 0) > later
    issuer.invitations.revoke(taken, later)
    issuer.invitations.close()
    for clock in (later + 1, later + 100 * YEAR, NOW - YEAR):
        Invitations(tmp_path, clock).close()
    again = JoinTokens(Keys(b"k" * 32), Invitations(tmp_path, later).is_revoked)
    with pytest.raises(Refusal):
        again.admit(renewed, "s", later)


@pytest.mark.rule("TOK7")
def test_lists_of_earlier_releases_are_taken_up(tmp_path: Path) -> None:
    """In the folder, and in a backup."""
    old = (
        "CREATE TABLE invitation (id TEXT PRIMARY KEY, session TEXT NOT NULL, role TEXT NOT NULL, "
        "name TEXT, made REAL NOT NULL, expires REAL NOT NULL, revoked REAL) STRICT, WITHOUT ROWID"
    )
    row = "INSERT INTO invitation VALUES (?, 's', 'edit', 'Ada', 1, 1e12, ?)"
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database, database:
        database.execute(old)
        database.execute(row, ("a", 5.0))
    backup = sqlite3.connect(":memory:")
    backup.execute(old)
    backup.execute(row, ("b", 6.0))
    assert merge_from(backup, tmp_path) == 1
    kept = Invitations(tmp_path, NOW)
    kept.add(Invitation("c", "s", Role.VIEW, None, 1, 1e12, None, ("a", "b")), NOW)
    kept.close()
    kept = Invitations(tmp_path, NOW)
    kept.note(Invitation("c", "s", Role.VIEW, None, 1, 1e12))
    kept.close()
    copy_into(backup, tmp_path)
    assert merge_from(backup, tmp_path) == 2
    backup.close()
    assert [one.lineage for one in Invitations(tmp_path, NOW).of("s")] == [(), (), ("a", "b")]


def test_no_session_has_links_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What opens nothing any more makes room; then who makes more is refused."""
    monkeypatch.setattr("canvas_server.auth.invitations.MAX_OF_SESSION", 4)
    kept = Invitations(tmp_path, NOW)

    def one(name: str, expires: float = NOW + 100, *lineage: str) -> Invitation:
        return Invitation(name, "s", Role.VIEW, None, NOW, expires, None, lineage)

    kept.add(one("short", NOW + 1), NOW)
    for name in ("a", "b"):
        kept.add(one(name), NOW)
    kept.add(one("of a", NOW + 100, "a"), NOW)
    with pytest.raises(Refusal) as refused:
        kept.add(one("c"), NOW)
    assert refused.value.code is ErrorCode.RATE_LIMITED
    kept.add(Invitation("else", "t", Role.VIEW, None, NOW, NOW + 1), NOW)
    kept.add(one("c"), NOW + 2)
    assert [found.id for found in kept.of("s")] == ["a", "b", "of a", "c"]
    kept.revoke("a", NOW)
    kept.add(one("d"), NOW + 2)
    assert {found.id for found in kept.of("s")} == {"a", "b", "c", "d"}
    with pytest.raises(Refusal):
        kept.add(one("e"), NOW + 100)
    kept.close()
    again = Invitations(tmp_path, NOW)
    assert {found.id for found in again.of("s")} == {"a", "b", "c", "d"}
    later = NOW + 200 + KEPT_SECONDS
    again.add(one("e", later + 100), later)
    assert {found.id for found in again.of("s")} == {"e"}


@pytest.mark.rule("TOK2", "TOK8")
def test_who_is_there_when_it_ends_is_told_so() -> None:
    """Though the last renewal was missed, as by a machine that slept."""
    issuer, lab = Issuer(), HubLab()
    lab.hub = make_hub(lab.memory, admission=issuer.join)
    connection = lab.connect()
    token = issuer.child(issuer.root(), expires_in=600)
    lab.say(connection, client.Subscribe("s", token=token))
    lab.wait(601)
    assert [one.code for one in lab.closes] == [CloseCode.TOKEN_EXPIRED]
    assert lab.hub.peer_count == 0


@pytest.mark.rule("TOK1", "TOK2")
def test_nobody_comes_back_after_the_end_though_nobody_has_looked_yet() -> None:
    issuer, lab = Issuer(), HubLab()
    lab.hub = make_hub(lab.memory, admission=issuer.join)
    connection = lab.connect()
    once = issuer.child(issuer.root(), expires_in=60, renewable=False)
    lab.say(connection, client.Subscribe("s", token=once))
    resume = lab.heard(connection, server.PeerAssigned)[0].resume_token
    lab.drop(connection, None)
    lab.now += 60
    late = lab.connect()
    lab.clear()
    lab.say(late, client.Subscribe("s", resume_token=resume))
    assert lab.error(late) == "token_expired"
