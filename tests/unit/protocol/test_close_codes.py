"""What close codes mean to who is closed."""

import pytest

from canvas_server.protocol.errors import CloseCode


@pytest.mark.rule("OUT4")
@pytest.mark.parametrize("code", [code for code in CloseCode if code >= 4000])
def test_a_close_code_says_whether_to_come_back(code: CloseCode) -> None:
    assert 4000 <= code <= 4199
    assert ("come back" in code.meaning) is (code < 4100)


@pytest.mark.rule("OUT4")
def test_who_is_closed_by_a_restart_comes_back() -> None:
    assert "come back" in CloseCode.SERVICE_RESTART.meaning
