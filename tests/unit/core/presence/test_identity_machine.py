"""People come, go, lapse, are raised, kicked and shut out, the server restarts; one of them is a thief.

The thief has every token and id that was ever seen, and tries them. After each step nobody holds a
right that an invitation of their own does not give, and nobody has an id that is another's.
"""

from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec import Struct

from canvas_server.core.effects import ConnectionId, Refusal
from canvas_server.core.presence.grants import Grant
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.hub import HubLab, ReadableIdentities, make_hub

pytestmark = pytest.mark.rule("SES2", "RES1", "TOK1", "TOK2", "TOK4")

SESSIONS = ("red", "blue")
LIFE = 600.0
PEOPLE = ("ada", "bob", "cem", "thief")
MADE_BY_CLIENTS = ("10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000000")


class Invitation(Struct, frozen=True):
    """What one person was given: a link of their own."""

    id: str
    session_id: str
    role: Role


class Desk:
    """Gives out join tokens, reads them and takes them back; outlives the server."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self._grants: dict[str, tuple[str, Grant]] = {}

    def token(self, session_id: str, role: Role, invitation: str, now: float) -> str:
        grant = Grant(role, invitation, None, now + LIFE, now + LIFE / 2, LIFE)
        token = f"join {len(self._grants)}"
        self._grants[token] = session_id, grant
        return token

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        of, grant = self._grants.get(token or "", ("", None))
        if grant is None or of != session_id or grant.invitation in self.revoked:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        if (grant.expires or 0) <= now:
            raise Refusal(ErrorCode.TOKEN_EXPIRED)
        return grant

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        if grant.invitation in self.revoked:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        token = self.token(session_id, grant.role, grant.invitation, now)
        return token, self._grants[token][1]


class Person:
    """Somebody with links of their own, and where they are."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.invitations: list[Invitation] = []
        self.tokens: dict[str, str] = {}
        """The latest join token of each session."""
        self.assigned: dict[str, server.PeerAssigned] = {}
        """The latest in each session."""
        self.connection: ConnectionId | None = None


class IdentityMachine(RuleBasedStateMachine):
    """A hub that asks for tokens, and people of whom one takes what is not theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = HubLab()
        self.desk = Desk()
        self.identities = ReadableIdentities(iter(range(0x100, 0x10000)), iter(range(1, 100_000)))
        self.people = {name: Person(name) for name in PEOPLE}
        self.owners: dict[str, str] = {}
        """Of each id that the server has made, who was given it first."""
        self.speaks: dict[ConnectionId, Person] = {}
        """Who is behind each connection."""
        self.seen_ids: list[str] = [*MADE_BY_CLIENTS]
        self.loot: list[str] = []
        """Every resume token that the thief was ever given."""
        self.invitations: dict[str, Invitation] = {}
        self.start()
        roles = (Role.MODERATE, Role.EDIT, Role.PRESENT, Role.VIEW)
        for name, role in zip(PEOPLE, roles, strict=True):
            for session_id in SESSIONS:
                self.is_invited(name, session_id, role)

    def start(self) -> None:
        self.lab.hub = self.hub = make_hub(
            self.lab.memory, admission=self.desk, identities=self.identities, started=self.lab.now
        )

    # --- what people do ----------------------------------------------------------------------

    def subscribe(self, person: Person, message: client.Subscribe, *, fresh: bool = True) -> str:
        """Subscribe, on a new connection or the one that is there; return the peer id, or ""."""
        if fresh or person.connection not in self.hub._membership.connections:
            person.connection = self.lab.connect()
            self.speaks[person.connection] = person
        connection = person.connection
        assert connection is not None
        self.lab.inbox[connection].clear()
        self.lab.say(connection, message)
        assigned = self.lab.heard(connection, server.PeerAssigned)
        self.take(connection)
        return assigned[-1].peer_id if assigned else ""

    def take(self, connection: ConnectionId) -> None:
        """Let a person keep what their connection was sent."""
        person = self.speaks[connection]
        for message in self.lab.inbox[connection]:
            match message:
                case server.PeerAssigned():
                    person.assigned[message.session_id] = message
                    self.owners.setdefault(message.peer_id, person.name)
                    if person.name == "thief":
                        self.loot.append(message.resume_token)
                    elif message.peer_id not in self.seen_ids:
                        self.seen_ids.append(message.peer_id)
                case server.TokenRenewed():
                    session_id, grant = self.desk._grants[message.token]
                    given = self.invitations[grant.invitation]
                    assert given in person.invitations, "TOK2: renewed for somebody else"
                    assert grant.role is given.role
                    person.tokens[session_id] = message.token
                case _:
                    pass
        self.lab.inbox[connection].clear()

    @rule(
        name=st.sampled_from(PEOPLE),
        session_id=st.sampled_from(SESSIONS),
        role=st.sampled_from([Role.VIEW, Role.EDIT, Role.MODERATE]),
    )
    def is_invited(self, name: str, session_id: str, role: Role) -> None:
        person = self.people[name]
        role = Role.VIEW if name == "thief" else role
        invitation = Invitation(f"i{len(self.invitations)}", session_id, role)
        self.invitations[invitation.id] = invitation
        person.invitations.append(invitation)
        person.tokens[session_id] = self.desk.token(session_id, role, invitation.id, self.lab.now)

    @rule(
        name=st.sampled_from(PEOPLE[:3]),
        session_id=st.sampled_from(SESSIONS),
        fresh=st.booleans(),
        wish=st.sampled_from(["own", "made by a client", "none"]),
        proof=st.booleans(),
        token=st.sampled_from([True, True, False]),
    )
    def comes(
        self, name: str, session_id: str, fresh: bool, wish: str, proof: bool, token: bool
    ) -> None:
        """Somebody honest joins, comes back, or goes to another session."""
        person = self.people[name]
        known = person.assigned.get(session_id)
        peer_id = known.peer_id if known and wish == "own" else None
        if wish == "made by a client":
            peer_id = MADE_BY_CLIENTS[0]
        self.subscribe(
            person,
            client.Subscribe(
                session_id,
                peer_id,
                token=person.tokens.get(session_id) if token else None,
                resume_token=known.resume_token if known and proof else None,
            ),
            fresh=fresh,
        )

    @rule(name=st.sampled_from(PEOPLE), code=st.sampled_from([1000, 1001, None]))
    def goes(self, name: str, code: int | None) -> None:
        person = self.people[name]
        if person.connection in self.hub._membership.connections:
            assert person.connection is not None
            self.lab.drop(person.connection, code)
            person.connection = None

    @rule(seconds=st.sampled_from([1.0, 130.0, LIFE / 2 + 1, LIFE + 1]))
    def time_goes_by(self, seconds: float) -> None:
        self.lab.wait(seconds)

    @rule(data=st.data(), how=st.sampled_from(["kicked", "link taken back"]))
    def is_put_out(self, data: st.DataObject, how: Literal["kicked", "link taken back"]) -> None:
        if how == "link taken back" and self.invitations:
            invitation = data.draw(st.sampled_from(sorted(self.invitations)))
            self.desk.revoked.add(invitation)
            self.lab.perform(self.hub.revoke(invitation, self.lab.now))
        elif self.hub._membership.peers:
            peer_id = data.draw(st.sampled_from(sorted(self.hub._membership.peers)))
            peer = self.hub._membership.peers[peer_id]
            self.lab.perform(self.hub._membership.remove(peer, CloseCode.REMOVED, self.lab.now))

    @rule()
    def the_server_restarts(self) -> None:
        self.start()
        for person in self.people.values():
            person.connection = None
        self.speaks.clear()

    # --- what the thief does -------------------------------------------------------------------

    @rule(session_id=st.sampled_from(SESSIONS), token=st.booleans(), fresh=st.booleans())
    def the_thief_tries_everything(self, session_id: str, token: bool, fresh: bool) -> None:
        """With every id that was seen lately, and with all that the thief was given lately."""
        thief = self.people["thief"]
        for wish in {None: None, **dict.fromkeys(self.seen_ids[-6:] + self.seen_ids[:2])}:
            for proof in (None, *self.loot[:: max(1, len(self.loot) // 4)]):
                mine = thief.tokens[session_id] if token else None
                message = client.Subscribe(session_id, wish, "Ada", mine, proof, 0)
                if self.subscribe(thief, message, fresh=fresh):
                    self.everybody_is_who_they_are()
                    self.goes("thief", 1000)

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def everybody_is_who_they_are(self) -> None:
        for connection in [*self.speaks]:
            self.take(connection)
        members = self.hub._membership
        for connection, peer in members.connections.items():
            if peer is None:
                continue
            person = self.speaks[connection]
            owner = self.owners[peer.peer_id]
            if self.identities.made_here(peer.peer_id):
                assert owner == person.name, "SES2: somebody has another's id"
            given = self.invitations[peer.grant.invitation]
            assert given in person.invitations, "a grant of somebody else's invitation"
            assert given.id not in self.desk.revoked, "TOK4"
            assert (given.role, given.session_id) == (peer.grant.role, peer.session.session_id)
        stays = [peer.incarnation for peer in members.peers.values()]
        assert len(set(stays)) == len(stays)


IdentityMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestIdentities = IdentityMachine.TestCase
