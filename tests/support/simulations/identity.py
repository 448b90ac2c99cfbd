"""Plays people who come and go by links at random, and an adversary with all that was ever seen.

Tokens, links and ids are the server's own (`auth`), the hub is rebuilt from what is stored when the
server restarts. Beside it stands a second account of who may be whom: `Before` and `_judge` say for
each `subscribe` what it may come to, from the tokens that were given out and nothing else. What always
holds is in `check`.

``python -m support.simulations.identity --steps 100000`` plays until so many steps were made.
"""

import argparse
import collections
import itertools
import random
import secrets
import sys
import time
from typing import Any
from unittest import mock

import msgspec
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec import Struct

from canvas_server.auth.invitationfile import Invitation
from canvas_server.auth.invitations import Invitations
from canvas_server.auth.join import Claims, JoinTokens, made_with
from canvas_server.auth.keys import Keys
from canvas_server.auth.resume import SignedIdentities
from canvas_server.core.effects import ConnectionId, Effect, Refusal, Resume, Send
from canvas_server.core.presence import places, seats
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.membership import Membership
from canvas_server.core.presence.session import Participant
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import TokenWish
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.roles import Right, Role
from canvas_server.protocol.scene import NewElement
from support.hub.hub import HubLab, make_hub

SESSIONS = ("red", "blue")
PEOPLE = ("ada", "bob", "cem", "eve")
LIFE = 600
MADE_BY_CLIENTS = ("10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000000")
SIZE, KEPT_PART, LINK_PLACES = 8, 4, 3
KEPT = SIZE // KEPT_PART
OUTSIDE = (server.Welcome, server.Waiting, server.Pong, server.Error)
"""All that who waits is sent."""
TRIED_OUTSIDE = (
    client.GetScene(),
    client.ListPeers(),
    client.AddElement(NewElement(Text("red"))),
    client.Cursor(0, 0),
    client.Select(("a",)),
    client.Typing("a"),
    client.GroupCall(joined=True),
    client.SetSession(locked=False, lobby=False),
    client.RaiseHand(raised=True),
)
MAY_INVITE = {
    role: (Role.MODERATE, Role.EDIT, Role.AGENT) if role is Role.AGENT else (Role.MODERATE,)
    for role in Role
}
"""Whose tokens are tried to invite somebody of a role; an agent invites nobody (AGT2)."""
_SECRET = b"a secret of the machine"


class Link(Struct, frozen=True, eq=False):
    """An invitation as who gave it out knows it."""

    id: str
    session_id: str
    role: Role
    name: str | None
    ends: int
    """When it was to end."""
    places: int | None
    parent: "Link | None"

    @property
    def line(self) -> "tuple[Link, ...]":
        """It, and all that it was made with."""
        return (self, *(self.parent.line if self.parent else ()))


class Issued(Struct, frozen=True):
    """A join token."""

    link: Link
    expires: int


class Proof(Struct, frozen=True):
    """What a resume token proves."""

    peer_id: str
    session_id: str
    incarnation: str
    key: str


class Before(Struct, frozen=True):
    """Who had what before a `subscribe`."""

    current: Participant | None
    holders: dict[str, tuple[str, str, ConnectionId]]
    """Of each peer its incarnation, the key of its grant and its connection."""
    ids: frozenset[str]
    """All that were ever given."""
    places: collections.Counter[str]
    """Of each link how many there are in the session that is asked for, besides the asker."""
    waits: str | None
    """The id under which the asker waits on this connection."""


class Counts(collections.Counter[str]):
    """What was played."""


class IdentityMachine(RuleBasedStateMachine):
    """A hub that asks for tokens, and everybody who wants to be somebody."""

    counts = Counts()

    def __init__(self) -> None:
        super().__init__()
        # A story is told again when it fails: ids are to be the same then.
        chance = random.Random(0)
        self._patches = [
            mock.patch.object(secrets, "randbits", chance.getrandbits),
            mock.patch.object(secrets, "token_urlsafe", lambda size: chance.randbytes(size).hex()),
            mock.patch.object(seats, "MAX_PEERS", SIZE),
            mock.patch.object(places, "KEPT_PART", KEPT_PART),
        ]
        for patch in self._patches:
            patch.start()
        self.lab = HubLab()
        self.lab.watch = self._watch
        self.invitations = Invitations(None, self.lab.now)
        self.links: dict[str, Link] = {}
        self.revoked: set[str] = set()
        self.bounds: dict[str, tuple[str, ...] | None] = {}
        """Of each agent's link the kinds it may change."""
        self.issued: dict[str, Issued] = {}
        self.proofs: dict[str, Proof] = {}
        self.tokens: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
        """Of each person and session, the join tokens they were given."""
        self.assigned: dict[tuple[str, str], server.PeerAssigned] = {}
        """Of each person and session the latest."""
        self.connections: dict[str, ConnectionId] = {}
        """Of each person the latest."""
        self.people: dict[ConnectionId, str] = {}
        self.session_of: dict[ConnectionId, str] = {}
        """The latest session of each connection."""
        self.been_in: dict[str, set[str]] = collections.defaultdict(set)
        """Of each peer id the sessions it was ever in."""
        self.doors: dict[str, tuple[bool, bool]] = dict.fromkeys(SESSIONS, (False, False))
        """Of each session whether it is locked, and has a waiting room."""
        self.removed: dict[str, set[str]] = collections.defaultdict(set)
        """Of each session the peers that were kicked and not let in since."""
        self.let_in: dict[str, set[str]] = collections.defaultdict(set)
        """Of each session the peers that a moderator let in, and the guests it has had."""
        self.queued: dict[str, str] = {}
        """Tokens that keep a place in a queue, with its peer id."""
        self.numbers = itertools.count(1)
        self.news: list[tuple[ConnectionId, server.ServerMessage]] = []
        self._start()

    def teardown(self) -> None:
        """Leave the house as it was."""
        for patch in self._patches:
            patch.stop()
        self.invitations.close()

    def _start(self) -> None:
        keys = Keys(_SECRET)
        self.join = JoinTokens(keys, self.invitations.is_revoked)
        self.identities = SignedIdentities(keys)
        self.lab.hub = self.hub = make_hub(
            self.lab.memory,
            admission=self.join,
            identities=self.identities,
            started=self.lab.now,
            numbers=self.numbers,
            link_places=LINK_PLACES,
        )

    @property
    def members(self) -> Membership:
        """What is judged."""
        return self.hub._membership

    def _watch(self, effects: list[Effect]) -> None:
        """See everything that is sent: to whom, and what it gives them."""
        for effect in effects:
            match effect:
                case Send(to, message):
                    self.news += [(connection, message) for connection in to]
                case Resume():
                    self.news.append((effect.new, effect.assigned))
                case _:
                    pass
        for peer in self.members.connections.values():
            if peer is not None:
                self.been_in[peer.peer_id].add(peer.session.session_id)
        for connection, message in self.news:
            self._deliver(connection, message)
        self.news.clear()
        for connection, peer in self.members.connections.items():
            if peer is not None:
                self.session_of[connection] = peer.session.session_id

    def _deliver(self, connection: ConnectionId, message: server.ServerMessage) -> None:
        """Hold a message against where its receiver is, and keep what it gives."""
        peer = self.members.connections.get(connection)
        here = {self.session_of.get(connection), peer and peer.session.session_id}
        assert _sessions_of(message, self.been_in) & here, (
            f"a message of another session: {message}"
        )
        person = self.people.get(connection, "nobody")
        if self.members.lobby.at(connection) is not None:
            assert isinstance(message, OUTSIDE), f"ROM5: who waits is told {message}"
        match message:
            case server.Waiting():
                assert peer is None, "ROM5: who waits is a peer"
                self.queued[message.resume_token] = message.peer_id
                self.counts["waits"] += 1
            case server.PeerAssigned():
                assert peer is not None
                proof = Proof(peer.peer_id, message.session_id, peer.incarnation, peer.grant.key)
                self.proofs[message.resume_token] = proof
                self.assigned[person, message.session_id] = message
            case server.TokenRenewed():
                assert peer is not None or connection in self.session_of
                grant = self.join.recognise(message.token, self.lab.now)
                link = self.links[grant.invitation]
                assert self.is_alive(link), "TOK2: renewed after it was taken back"
                assert grant.role is link.role, "TOK2: renewed into something else"
                self._issue(person, message.token, link, int(grant.expires or 0))
            case _:
                pass

    # --- links -----------------------------------------------------------------------------------

    def is_alive(self, link: Link) -> bool:
        """Tell whether neither it nor what it was made with was taken back."""
        return not any(one.id in self.revoked for one in link.line)

    def is_good(self, issued: Issued) -> bool:
        """Tell whether a join token opens something now."""
        return self.is_alive(issued.link) and issued.expires > self.lab.now

    def _issue(self, person: str, token: str, link: Link, expires: int) -> None:
        if link.parent is not None:
            assert expires <= min(one.ends for one in link.line[:-1]), (
                "TOK8: it outlives its parent"
            )
        self.issued[token] = Issued(link, expires)
        self.tokens[person, link.session_id].append(token)
        self.counts["join tokens"] += 1

    def _give(self, person: str, claims: Claims, expires: float, parent: Link | None) -> None:
        """Give out a link, as the API and the command do."""
        link = Link(
            claims.invitation,
            claims.session,
            claims.role,
            None if claims.rename else claims.name,
            int(expires),
            claims.places,
            parent,
        )
        self.links[link.id] = link
        lineage = tuple(one.id for one in claims.lineage)
        row = Invitation(
            link.id, link.session_id, link.role, link.name, self.lab.now, expires, None, lineage
        )
        self.invitations.add(row, self.lab.now)
        self._issue(person, self.join.sign(claims, expires), link, int(expires))

    @initialize()
    def who_runs_the_server_invites(self) -> None:
        for name, role in zip(
            PEOPLE, (Role.MODERATE, Role.EDIT, Role.PRESENT, Role.VIEW), strict=True
        ):
            for session_id in SESSIONS:
                self.is_invited(name, session_id, role, 2 * LIFE, renewable=True, places=None)

    @rule(
        name=st.sampled_from(PEOPLE),
        session_id=st.sampled_from(SESSIONS),
        role=st.sampled_from([Role.VIEW, Role.EDIT, Role.MODERATE]),
        life=st.sampled_from([60, LIFE, 20 * LIFE]),
        renewable=st.booleans(),
        places=st.sampled_from([None, None, 1, 2]),
    )
    def is_invited(
        self, name: str, session_id: str, role: Role, life: int, renewable: bool, places: int | None
    ) -> None:
        """By who runs the server, who trusts not everybody with everything."""
        role = Role.VIEW if name == "eve" else role
        wish = TokenWish(
            session_id, role, name.title(), life, renewable, name == "bob", name, places
        )
        self._give(name, *made_with(None, wish, self.lab.now), None)

    @rule(
        data=st.data(),
        name=st.sampled_from(PEOPLE),
        role=st.sampled_from([*Role, Role.MODERATE, Role.MODERATE]),
        life=st.sampled_from([30, LIFE, 100 * LIFE]),
        places=st.sampled_from([None, None, 1, 2, 100]),
        kinds=st.sampled_from([None, None, ("Text",), ("Note",)]),
    )
    def is_invited_by_somebody(
        self,
        data: st.DataObject,
        name: str,
        role: Role,
        life: int,
        places: int | None,
        kinds: tuple[str, ...] | None,
    ) -> None:
        """With any token that was ever given out, also by the adversary, also a renewed one."""
        inviters = MAY_INVITE[role]
        makers = [token for token, issued in self.issued.items() if issued.link.role in inviters]
        token = data.draw(st.sampled_from(makers[-8:]))
        issued = self.issued[token]
        link, good = issued.link, self.is_good(issued)
        session_id = link.session_id
        try:
            grant = self.join.admit(token, session_id, self.lab.now)
            wish = TokenWish(
                session_id, role, "The boss", life, True, False, None, places, kinds=kinds
            )
            claims, expires = made_with(grant, wish, self.lab.now)
        except Refusal:
            is_agent = role is Role.AGENT
            wrong = link.role is Role.AGENT or (kinds is not None and not is_agent)
            assert not good or wrong or len(link.line) > 60
            return
        assert link.role is not Role.AGENT, "AGT2: an agent has invited somebody"
        assert role.rights <= link.role.rights, "AGT2: more than who invited it"
        assert (claims.kinds is None) or role is Role.AGENT, "AGT1: bounds of who is no agent"
        if role is Role.AGENT:
            self.bounds[claims.invitation] = kinds
            self.counts["agents' links"] += 1
        assert good, "TOK8: made with what opens nothing"
        assert expires <= max(issued.expires, link.ends), "TOK8: it outlives what it is made with"
        self.counts["links of links"] += 1
        parent = link if link.ends >= issued.expires else _lengthened(link, issued.expires)
        self._give(name, claims, expires, parent)

    @rule(data=st.data(), first=st.booleans())
    def a_link_is_taken_back(self, data: st.DataObject, first: bool) -> None:
        """Any of them, and oftener one that others were made with."""
        parents = [one.parent.id for one in self.links.values() if one.parent is not None]
        wanted = parents if first and parents else [*self.links]
        taken = data.draw(st.sampled_from(wanted))
        self.revoked.add(taken)
        self.invitations.revoke(taken, self.lab.now)
        self.lab.perform(self.hub.revoke(taken, self.lab.now))
        self.counts["taken back"] += 1

    # --- coming and going ------------------------------------------------------------------------

    def subscribe(self, person: str, message: client.Subscribe, *, fresh: bool) -> ErrorCode | None:
        """Subscribe, on a new connection or the latest; return the refusal."""
        connection = self.connections.get(person)
        if fresh or connection not in self.members.connections:
            connection = self.connections[person] = self.lab.connect()
            self.people[connection] = person
        assert connection is not None
        before = self._before(connection, message)
        self.lab.inbox[connection].clear()
        self.lab.say(connection, message)
        self.counts["subscribes"] += 1
        return self._judge(before, connection, message)

    def _before(self, connection: ConnectionId, message: client.Subscribe) -> Before:
        current = self.members.connections[connection]
        session = self.members.sessions.get(message.session_id)
        there = [] if session is None else session.peers.values()
        waiting = self.members.lobby.at(connection)
        return Before(
            current,
            {
                peer.peer_id: (peer.incarnation, peer.grant.key, peer.connection)
                for peer in self.members.peers.values()
            },
            frozenset(self.been_in),
            collections.Counter(p.grant.invitation for p in there if p is not current),
            waiting.peer_id if waiting else None,
        )

    def _judge(
        self, before: Before, connection: ConnectionId, message: client.Subscribe
    ) -> ErrorCode | None:
        """Say whether a `subscribe` came to what its tokens allow; return the refusal."""
        peer = self.members.connections.get(connection)
        joined = self.issued.get(message.token or "")
        answers = (server.Waiting, server.PeerAssigned, server.Error)
        # After `peer_assigned` comes again what a lost connection was sent, also while it waited.
        answer = next(one for one in self.lab.inbox[connection] if isinstance(one, answers))
        if isinstance(answer, server.Waiting):
            assert any(self.doors[message.session_id]), "ROM5: the door is open"
            return ErrorCode.NOT_SUBSCRIBED
        if not self.lab.heard(connection, server.PeerAssigned):
            code = self.lab.heard(connection, server.Error)[-1].code
            assert peer is before.current or peer is None, "IN1: a refusal changed something"
            self.counts[f"refused: {code}"] += 1
            self._judge_refusal(ErrorCode(code), before, joined, message)
            return ErrorCode(code)
        assert peer is not None
        assert peer.session.session_id == message.session_id
        proof = self.proofs.get(message.resume_token or "")
        if proof is not None and (
            proof.session_id != message.session_id or message.peer_id not in (None, proof.peer_id)
        ):
            proof = None
        holder = before.holders.get(peer.peer_id)
        self._judge_entry(peer, proof, holder)
        own = before.current is not None and before.current.peer_id == peer.peer_id
        self._judge_grant(peer, joined, proof, before, own=own)
        if own:
            return None
        if holder is not None:
            self.counts["taken over"] += 1
            assert proof is not None, "SES2: an id was taken that somebody has"
            assert (proof.peer_id, proof.incarnation) == (peer.peer_id, holder[0]), "RES1"
            assert peer.incarnation == holder[0]
        elif self.identities.made_here(peer.peer_id) and peer.peer_id in before.ids:
            self.counts["come back"] += 1
            place = self.queued.get(message.resume_token or "")
            shown = place or (proof.peer_id if proof else before.waits)
            assert shown == peer.peer_id, "SES2: an id was taken that is another's"
        return None

    def _judge_grant(
        self,
        peer: Participant,
        joined: Issued | None,
        proof: Proof | None,
        before: Before,
        *,
        own: bool,
    ) -> None:
        """Say whether somebody may do what they may, by what they brought."""
        if joined is not None and joined.expires > self.lab.now:
            assert self.is_good(joined), "TOK4: what was taken back opened a session"
            assert joined.link.session_id == peer.session.session_id, "TOK1: of another session"
            assert peer.grant.invitation == joined.link.id
            return
        stays = (
            own and before.current is not None and before.current.incarnation == peer.incarnation
        )
        if not stays:
            assert proof is not None, "TOK1: nothing brought let them in"
            holder = before.holders[peer.peer_id]
            assert proof.key == peer.grant.key == holder[1], "RES1: a right flowed through an id"
            assert proof.incarnation == peer.incarnation == holder[0], "RES1: of another stay"

    def _judge_entry(self, peer: Participant, proof: Proof | None, holder: object) -> None:
        """Past a door that is not open come those alone who have been inside, or were let in."""
        session_id = peer.session.session_id
        if not any(self.doors[session_id]) or holder is not None:
            return
        self.counts["past a door"] += 1
        role = self.links[peer.grant.invitation].role
        has_been = proof is not None and peer.peer_id == proof.peer_id
        known = has_been or peer.peer_id in self.let_in[session_id]
        removed = peer.peer_id in self.removed[session_id]
        assert Right.MODERATE in role.rights or (known and not removed), "ROM4: somebody slipped in"

    def _judge_refusal(
        self,
        code: ErrorCode,
        before: Before,
        joined: Issued | None,
        message: client.Subscribe,
    ) -> None:
        """Nobody who moderates is refused for want of a place, but by their own link."""
        if code is ErrorCode.SESSION_LOCKED:
            assert self.doors[message.session_id][0], "ROM4: it is not locked"
            is_moderator = joined and Right.MODERATE in joined.link.role.rights
            assert not is_moderator, "ROM4: a moderator is kept out"
        if code not in (ErrorCode.SESSION_FULL, ErrorCode.LINK_FULL):
            return
        assert joined is not None or message.resume_token
        if joined is None or Right.MODERATE not in joined.link.role.rights:
            return
        narrow = any(one.places is not None for one in joined.link.line)
        crowded = before.places[joined.link.id] >= KEPT
        assert crowded or (narrow and code is ErrorCode.LINK_FULL), "SES4: no place for a moderator"

    @rule(
        name=st.sampled_from(PEOPLE),
        session_id=st.sampled_from(SESSIONS),
        fresh=st.booleans(),
        wish=st.sampled_from(["own", "made by a client", "none"]),
        proof=st.booleans(),
        token=st.sampled_from([True, True, False]),
    )
    def comes(
        self, name: str, session_id: str, fresh: bool, wish: str, proof: bool, token: bool
    ) -> None:
        """Somebody joins, comes back, or goes to another session, with what is theirs."""
        known = self.assigned.get((name, session_id))
        peer_id = known.peer_id if known and wish == "own" else None
        mine = self.tokens[name, session_id]
        self.subscribe(
            name,
            client.Subscribe(
                session_id,
                MADE_BY_CLIENTS[0] if wish == "made by a client" else peer_id,
                "The boss",
                mine[-1] if token and mine else None,
                known.resume_token if known and proof else None,
                0,
            ),
            fresh=fresh,
        )

    @rule(data=st.data(), count=st.integers(2, 6))
    def a_crowd_comes_by_one_link(self, data: st.DataObject, count: int) -> None:
        token = data.draw(st.sampled_from([*self.issued]))
        session_id = self.issued[token].link.session_id
        for _ in range(count):
            self.subscribe("crowd", client.Subscribe(session_id, token=token), fresh=True)

    @rule(data=st.data())
    def somebody_changes_links(self, data: st.DataObject) -> None:
        """Within the session, or to another one, with any token that was ever given out."""
        there = [c for c, peer in self.members.connections.items() if peer is not None]
        if there:
            connection = data.draw(st.sampled_from(there))
            token = data.draw(st.sampled_from([*self.issued]))
            person = self.people[connection]
            self.connections[person] = connection
            session_id = self.issued[token].link.session_id
            self.subscribe(person, client.Subscribe(session_id, token=token), fresh=False)

    @rule(name=st.sampled_from(PEOPLE), code=st.sampled_from([1000, 1001, None, None]))
    def goes(self, name: str, code: int | None) -> None:
        connection = self.connections.pop(name, None)
        if connection in self.members.connections:
            assert connection is not None
            self.lab.drop(connection, code)

    @rule(data=st.data(), code=st.sampled_from([1000, None]))
    def somebody_goes(self, data: st.DataObject, code: int | None) -> None:
        there = [c for c, peer in self.members.connections.items() if peer is not None]
        if there:
            self.lab.drop(data.draw(st.sampled_from(there)), code)

    @rule(seconds=st.sampled_from([1, 1, 6, 130, LIFE // 2 + 1, LIFE + 1, -130]))
    def time_goes_by(self, seconds: int) -> None:
        """Or a clock is set back."""
        self.lab.wait(seconds)

    @rule(data=st.data())
    def somebody_is_kicked(self, data: st.DataObject) -> None:
        """By whoever tries to; it takes the right to."""
        there = [c for c, peer in self.members.connections.items() if peer is not None]
        if not there:
            return
        kicker = data.draw(st.sampled_from(there))
        peer = self.members.connections[kicker]
        assert peer is not None
        target = data.draw(st.sampled_from([*self.members.peers]))
        same = self.members.peers[target].session is peer.session
        self.lab.inbox[kicker].clear()
        self.lab.say(kicker, client.Kick(target))
        gone = target not in self.members.peers
        may = Right.MODERATE in self.links[peer.grant.invitation].role.rights
        assert gone == (may and same and target != peer.peer_id), "TOK3"
        if gone:
            self.removed[peer.session.session_id].add(target)

    def _there(self, data: st.DataObject) -> list[ConnectionId]:
        """Return connections that have a peer: mostly of those who may more than others."""
        there = [c for c, peer in self.members.connections.items() if peer is not None]
        may = [c for c in there if self.members.connections[c].grant.is_moderator]  # type: ignore[union-attr]
        return may if may and data.draw(st.sampled_from([True, True, False])) else there

    @rule(data=st.data(), locked=st.sampled_from([False, False, True]), lobby=st.booleans())
    def somebody_shuts_the_door(self, data: st.DataObject, locked: bool, lobby: bool) -> None:
        """Or opens it; it takes the right to."""
        there = self._there(data)
        if not there:
            return
        connection = data.draw(st.sampled_from(there))
        peer = self.members.connections[connection]
        assert peer is not None
        self.lab.say(connection, client.SetSession(locked, lobby))
        may = Right.MODERATE in self.links[peer.grant.invitation].role.rights
        if may:
            self.doors[peer.session.session_id] = locked, lobby
        rules = self.hub.rules(peer.session.session_id)
        assert rules is not None
        assert (rules.locked, rules.lobby) == self.doors[peer.session.session_id], "ROM3"

    @rule(session_id=st.sampled_from(SESSIONS), locked=st.booleans())
    def a_meeting_begins_behind_a_door(self, session_id: str, locked: bool) -> None:
        """Who moderates comes and shuts it; the others come after them."""
        mine = self.tokens["ada", session_id]
        self.subscribe("ada", client.Subscribe(session_id, token=mine[-1]), fresh=True)
        peer = self.members.connections.get(self.connections["ada"])
        if peer is None or Right.MODERATE not in self.links[peer.grant.invitation].role.rights:
            return
        self.lab.say(peer.connection, client.SetSession(locked, lobby=True))
        self.doors[session_id] = locked, True
        for name in PEOPLE[1:]:
            known = self.assigned.get((name, session_id))
            token = self.tokens[name, session_id][-1]
            proof = known.resume_token if known else None
            wish = client.Subscribe(session_id, token=token, resume_token=proof)
            self.subscribe(name, wish, fresh=True)

    @rule(data=st.data(), welcome=st.booleans())
    def somebody_answers_the_door(self, data: st.DataObject, welcome: bool) -> None:
        """Who waits is let in, or turned away, by who may."""
        there = self._there(data)
        waiting = self.members.lobby.everybody()
        if not there or not waiting:
            return
        visitor = data.draw(st.sampled_from(waiting))
        connection = data.draw(st.sampled_from(there))
        peer = self.members.connections[connection]
        assert peer is not None
        before = set(self.members.peers)
        answer = client.Admit if welcome else client.Kick
        self.lab.say(connection, answer(visitor.peer_id))
        may = Right.MODERATE in self.links[peer.grant.invitation].role.rights
        same = visitor.session_id == peer.session.session_id
        if self.members.lobby.find(visitor.peer_id) is None:
            assert may, "ROM5: it takes a moderator …"
            assert same, "ROM5: … of that session"
            if welcome:
                self.let_in[visitor.session_id].add(visitor.peer_id)
                self.removed[visitor.session_id].discard(visitor.peer_id)
                self.counts["let in"] += 1
        else:
            assert visitor.peer_id not in set(self.members.peers) - before

    @rule(data=st.data())
    def who_waits_tries_to_act(self, data: st.DataObject) -> None:
        """Nothing comes of it but a refusal."""
        waiting = [one for one in self.members.lobby.everybody() if one.away_until is None]
        if waiting:
            connection = data.draw(st.sampled_from(waiting)).connection
            message = data.draw(st.sampled_from(TRIED_OUTSIDE))
            self.lab.inbox[connection].clear()
            self.lab.say(connection, message)
            (error,) = self.lab.inbox[connection]
            assert isinstance(error, server.Error)
            assert error.code is ErrorCode.NOT_SUBSCRIBED, "ROM5"

    @rule(data=st.data())
    def somebody_draws(self, data: st.DataObject) -> None:
        """Everybody in that session sees it, and nobody else."""
        there = [c for c, peer in self.members.connections.items() if peer is not None]
        if there:
            connection = data.draw(st.sampled_from(there))
            peer = self.members.connections[connection]
            assert peer is not None
            self.lab.inbox[connection].clear()
            element = NewElement(Text(peer.session.session_id))
            self.lab.say(connection, client.AddElement(element))
            refused = bool(self.lab.heard(connection, server.Error))
            may = Right.EDIT in self.links[peer.grant.invitation].role.rights
            kinds = self.bounds.get(peer.grant.invitation)
            may = may and (kinds is None or "Text" in kinds)
            waits = peer.agent is not None and peer.agent.pace.waits(int(self.lab.now * 1000)) > 0
            assert refused is not may or waits, "TOK3, AGT3"

    @rule(happens=st.sampled_from([False, False, True]), listed=st.booleans())
    def the_server_restarts(self, happens: bool, listed: bool) -> None:
        """With what is stored; or with what a backup and this folder say was taken back."""
        if not happens:
            return
        before, self.invitations = self.invitations, Invitations(None, self.lab.now)
        for one in self.links.values():
            row = before.get(one.id)
            if row is not None and (listed or row.revoked is not None):
                self.invitations.learn(row)
        before.close()
        self._start()
        self.let_in.clear()
        self.connections.clear()
        self.session_of.clear()
        self.counts["restarts"] += 1

    # --- the adversary ---------------------------------------------------------------------------

    @rule(session_id=st.sampled_from(SESSIONS), fresh=st.booleans(), chance=st.randoms())
    def the_adversary_tries(self, session_id: str, fresh: bool, chance: random.Random) -> None:
        """Ids and tokens of everybody, of all times and sessions, in any combination."""
        ids = [
            None,
            *MADE_BY_CLIENTS,
            *chance.sample([*self.been_in], min(3, len(self.been_in))),
        ]
        proofs = [
            None,
            *chance.sample([*self.proofs], min(4, len(self.proofs))),
            *chance.sample([*self.queued], min(2, len(self.queued))),
        ]
        joins = [None, *chance.sample([*self.issued], min(3, len(self.issued)))]
        tries = [(wish, proof, join) for wish in ids for proof in proofs for join in joins]
        for wish, proof, join in chance.sample(tries, min(16, len(tries))):
            whose = self.queued | {token: one.peer_id for token, one in self.proofs.items()}
            own = whose[proof] if proof and chance.random() < 0.3 else wish
            message = client.Subscribe(session_id, own, "Ada", join, proof, 0)
            self.counts["tries"] += 1
            if self.subscribe("eve", message, fresh=fresh) is None:
                self.check()
                self.counts["tries that brought something"] += 1
                if chance.random() < 0.7:
                    self.goes("eve", chance.choice((1000, None)))

    @rule(data=st.data())
    def another_server_claims_somebody(self, data: st.DataObject) -> None:
        """It speaks for ids of its own people alone, and not for those that somebody has."""
        wish = data.draw(st.sampled_from([*MADE_BY_CLIENTS, *self.been_in]))
        session = self.members.sessions.get("red")
        taken = wish in self.members.peers or self.identities.made_here(wish)
        if session is None:
            return
        connection = self.lab.connect()
        try:
            guest = Guest(wish, "far", "Ada", Role.MODERATE)
            effects = self.hub.guests.seat(connection, "red", guest, self.lab.now)
        except Refusal as refused:
            full = (ErrorCode.SESSION_FULL, ErrorCode.LINK_FULL)
            shut = refused.code is ErrorCode.SESSION_LOCKED and any(self.doors["red"])
            assert taken or shut or refused.code in full
            self.lab.drop(connection)
            return
        assert not taken, "SES2: another server speaks for one of ours"
        assert not any(self.doors["red"]) or wish in self.let_in["red"], "ROM6"
        self.let_in["red"].add(wish)
        self.lab.perform(effects)
        self.lab.drop(connection, 1000)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def after_each_step(self) -> None:
        self.counts["steps"] += 1
        self.check()

    def check(self) -> None:
        """Nobody has more than a living invitation of theirs gives, and nobody has all places."""
        members, now = self.members, self.lab.now
        for peer in members.peers.values():
            link = self.links[peer.grant.invitation]
            assert self.is_alive(link), "TOK4: somebody is here whose link was taken back"
            assert (peer.grant.role, peer.session.session_id) == (link.role, link.session_id)
            assert (peer.grant.expires or 0) > now, "TOK2: somebody is here after the end"
            assert peer.grant.bounds.kinds == self.bounds.get(link.id), "AGT1: other bounds"
            assert link.name is None or peer.display_name == link.name, "TOK6"
            assert peer.session.peers[peer.peer_id] is peer
            if link.parent is not None:
                assert link.ends > now, "TOK8: somebody outlives a link"
        stays = [peer.incarnation for peer in members.peers.values()]
        assert len(set(stays)) == len(stays)
        seats = [peer for peer in members.connections.values() if peer is not None]
        assert len(set(seats)) == len(seats), "a peer with two connections"
        assert set(seats) <= set(members.peers.values())
        for session in members.sessions.values():
            self._check_places([*session.peers.values()])

    def _check_places(self, there: list[Participant]) -> None:
        ordinary = [peer for peer in there if Right.MODERATE not in peer.grant.role.rights]
        assert len(there) <= SIZE
        assert len(ordinary) <= SIZE - KEPT, "SES4"
        by_link = collections.Counter(peer.grant.invitation for peer in there)
        trees = collections.Counter(
            one.id for peer in there for one in self.links[peer.grant.invitation].line
        )
        for name, count in trees.items():
            link = self.links[name]
            if link.places is not None:
                assert count <= link.places, "SES6"
            elif Right.MODERATE not in link.role.rights:
                assert by_link[name] <= LINK_PLACES, "SES6"


def _lengthened(link: Link, ends: int) -> Link:
    """Return a link whose bearer stayed beyond its end: what they make may last as long as they."""
    return msgspec.structs.replace(link, ends=ends)


def _sessions_of(message: server.ServerMessage, been_in: dict[str, set[str]]) -> set[str | None]:
    """Return the sessions that a message can be of; None: those of nobody may have it too."""
    everywhere: set[str | None] = {None, *SESSIONS}
    match message:
        case server.PeerAssigned() | server.PeerList() | server.PeerJoined() | server.PeerLeft():
            return {message.session_id}
        case server.SceneUpdate():
            found = {message.scene.session_id}
            texts = (element.kind for element in message.scene.elements)
            return {*found, *(kind.content for kind in texts if isinstance(kind, Text))}
        case server.ElementAdded():
            kind = message.element.kind
            assert isinstance(kind, Text)
            return {kind.content}
        case server.PeerUpdated():
            return {*been_in[message.peer.peer_id]}
        case _:
            return everywhere


def play(steps: int, first: int, *, shrink: bool = True) -> Counts:
    """Play stories until so many steps were made; raises what the machine finds."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    IdentityMachine.counts = Counts()
    number = first
    while IdentityMachine.counts["steps"] < steps:
        chosen = settings(
            max_examples=50,
            stateful_step_count=60,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            report_multiple_bugs=False,
        )
        run_state_machine_as_test(seed(number)(IdentityMachine), settings=chosen)  # type: ignore[no-untyped-call]
        number += 1
    return IdentityMachine.counts


def main(arguments: list[str] | None = None) -> int:
    """Play, and print what was played."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked: Any = parser.parse_args(arguments)
    started = time.monotonic()
    counts = play(asked.steps, asked.seed)
    for name, count in sorted(counts.items()):
        print(f"{count:>10,}  {name}")
    print(f"nothing was found in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
