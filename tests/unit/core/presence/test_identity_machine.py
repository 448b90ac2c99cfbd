"""People come, go, lapse, are kicked and shut out, links make links; an adversary has every token.

The machine is in `support.simulations.identity`; `make identities` plays it for a hundred thousand steps.
"""

import pytest
from hypothesis import settings

from support.simulations.identity import IdentityMachine

pytestmark = pytest.mark.rule(
    "SES2", "SES4", "SES6", "RES1", "TOK1", "TOK2", "TOK3", "TOK4", "TOK6", "TOK8"
)

IdentityMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestIdentities = IdentityMachine.TestCase
