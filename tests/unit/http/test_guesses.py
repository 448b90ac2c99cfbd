"""How many wrong codes are looked up: by address, and of all together."""

import pytest

from canvas_server.http import guesses as module
from canvas_server.http.guesses import OF_ADDRESS, OF_ALL, Guesses, GuessingTooMuch

pytestmark = pytest.mark.rule("LNK3")
HERE, NET = "203.0.113.7", "2001:db8:1:2::"


def guess(guesses: Guesses, address: str, now: float) -> bool:
    """Bring a wrong code; tell whether it was looked up."""
    try:
        guesses.check(address, now)
    except GuessingTooMuch:
        return False
    guesses.note(address, now)
    return True


def test_an_address_has_so_many_wrong_ones_and_then_few() -> None:
    guesses = Guesses()
    assert [guess(guesses, HERE, 0.0) for _ in range(OF_ADDRESS + 2)].count(True) == OF_ADDRESS
    with pytest.raises(GuessingTooMuch) as crowded:
        guesses.check(HERE, 4.0)
    assert crowded.value.seconds == 6
    assert guess(guesses, HERE, 10.0)
    assert not guess(guesses, HERE, 10.0)
    assert guess(guesses, "203.0.113.8", 0.0), "others are not concerned"


def test_a_whole_network_of_ipv6_counts_as_one_address() -> None:
    guesses = Guesses()
    found = [guess(guesses, f"{NET}{number:x}", 0.0) for number in range(OF_ADDRESS + 5)]
    assert found.count(True) == OF_ADDRESS


def test_good_codes_cost_nothing() -> None:
    guesses = Guesses()
    for _ in range(100 * OF_ADDRESS):
        guesses.check(HERE, 0.0)


def test_many_guessers_keep_nobody_out_who_has_a_good_code() -> None:
    guesses = Guesses()
    for number in range(OF_ALL):
        assert guess(guesses, f"2001:db8:{number:x}::1", 0.0)
    assert not guess(guesses, "2001:db8:0::1", 0.0), "who has guessed wrong waits"
    guesses.check(HERE, 0.0)
    assert guess(guesses, "2001:db8:0::1", 5.0), "there is room again"


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)
    guesses = Guesses()
    for number in range(50):
        guess(guesses, f"2001:db8:{number:x}::1", 0.0)
    assert len(guesses._of_address) == 3


def test_this_machine_itself_is_not_counted() -> None:
    guesses = Guesses()
    assert all(guess(guesses, "127.0.0.1", 0.0) for _ in range(10 * OF_ADDRESS))
