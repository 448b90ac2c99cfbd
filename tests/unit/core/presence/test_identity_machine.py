"""People come, go, lapse, are kicked and shut out, links make links; an adversary has every token.

The machine is in `support.simulations.identity`; `make identities` plays it for long.
"""

from typing import Any

import pytest
from hypothesis import settings

from canvas_server.core.presence import grants, identity, membership, seats
from canvas_server.core.presence.grants import Grant
from support.simulations.identity import IdentityMachine, play

pytestmark = pytest.mark.rule(
    "SES2", "SES4", "SES6", "RES1", "TOK1", "TOK2", "TOK3", "TOK4", "TOK6", "TOK8"
)

IdentityMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
TestIdentities = IdentityMachine.TestCase


def _believes(message: Any, current: Any, peers: Any, *more: Any) -> identity.Identity:
    """Take an id for a proof."""
    holder = peers.get(message.peer_id)
    if holder is not None and holder.session.session_id == message.session_id:
        return identity.Identity(message.peer_id, True, holder, holder.grant, True)
    return identity.identify(message, current, peers, *more)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("of", "name", "fault"),
    [
        (membership, "identify", _believes),
        (seats, "gives_way", lambda *_: None),
        (grants, "lineage_of", lambda _, invitation: frozenset((invitation,))),
        (Grant, "bound_name", None),
    ],
)
def test_the_machine_finds_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, of: Any, name: str, fault: Any
) -> None:
    monkeypatch.setattr(of, name, fault)
    with pytest.raises(AssertionError):
        play(20_000, 1, shrink=False)
