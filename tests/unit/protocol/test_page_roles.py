"""The page's list of roles that are played is the one of the protocol."""

import re
from pathlib import Path

import pytest

from canvas_server.protocol.roles import Right, Role

pytestmark = pytest.mark.rule("TOK3")


def test_the_page_plays_those_who_may_publish() -> None:
    rights = Path(__file__).resolve().parents[3] / "web" / "invite" / "rights.js"
    found = re.search(r"PUBLISHING = .*new Set\(\[(.*?)\]\)", rights.read_text(encoding="utf-8"))
    assert found
    listed = set(re.findall(r'"(\w+)"', found[1]))
    assert listed == {role.value for role in Role if Right.PUBLISH in role.rights}
