"""Drawings are fair by what they cost: who has much drawn waits for themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.export.queue import (
    BACK_PER_SECOND,
    MOST_OF_ALL,
    MOST_OF_REQUESTER,
    MOST_OF_SESSION,
    REQUESTER_SECONDS,
    SESSION_SECONDS,
    DrawingQueue,
    TooManyDrawings,
)


def test_others_wait_for_one_drawing_at_most() -> None:
    """However many one has waiting, in one session or in several."""
    queue = DrawingQueue()
    for number in range(MOST_OF_REQUESTER):
        queue.put(f"s{number % 2}", "greedy", 0)
    first = queue.take(0)
    assert first is not None
    other = queue.put("t", "other", 0)
    queue.charge(first, 5, 5)
    assert queue.take(5) is other
    assert queue.take(5) is not None


def test_people_of_one_session_take_turns() -> None:
    queue = DrawingQueue()
    greedy = [queue.put("s", "greedy", 0) for _ in range(3)]
    assert queue.take(0) is greedy[0]
    queue.charge(greedy[0], 1, 1)
    friend = queue.put("s", "friend", 1)
    assert queue.take(1) is not friend, "the session has had its turn, the older one goes first"
    queue.charge(greedy[1], 1, 2)
    assert queue.take(2) is friend or queue.take(2) is friend


def test_who_asks_for_more_than_can_wait_is_refused_and_nobody_else() -> None:
    queue = DrawingQueue()
    for _ in range(MOST_OF_REQUESTER):
        queue.put("s", "greedy", 0)
    with pytest.raises(TooManyDrawings) as refused:
        queue.put("t", "greedy", 0)
    assert refused.value.own
    for number in range(MOST_OF_SESSION - MOST_OF_REQUESTER):
        queue.put("s", f"friend {number}", 0)
    with pytest.raises(TooManyDrawings) as refused:
        queue.put("s", "one more", 0)
    assert refused.value.own
    for number in range(MOST_OF_ALL - MOST_OF_SESSION):
        queue.put(f"t{number}", f"other {number}", 0)
    with pytest.raises(TooManyDrawings) as refused:
        queue.put("u", "late", 0)
    assert not refused.value.own


def test_who_has_used_a_budget_waits_until_it_comes_back() -> None:
    queue = DrawingQueue()
    queue.charge(queue.put("s", "greedy", 0), REQUESTER_SECONDS + 2, 0)
    with pytest.raises(TooManyDrawings) as refused:
        queue.put("t", "greedy", 0)
    assert (refused.value.own, refused.value.seconds) == (True, 2 / BACK_PER_SECOND)
    queue.put("s", "friend", 0)
    queue.put("t", "greedy", refused.value.seconds + 1)


def test_a_session_has_a_budget_too() -> None:
    queue = DrawingQueue()
    for number in range(4):
        queue.charge(queue.put("s", f"guest {number}", 0), SESSION_SECONDS / 4, 0)
    with pytest.raises(TooManyDrawings):
        queue.put("s", "next", 0)
    queue.put("t", "next", 0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.floats(0, 15))))
def test_all_that_is_taken_is_drawn_once(steps: list[tuple[str, str, float]]) -> None:
    queue, now, taken, put = DrawingQueue(), 0.0, list[int](), 0
    for session, requester, seconds in steps:
        try:
            queue.put(session, requester, now)
            put += 1
        except TooManyDrawings:
            drawing = queue.take(now)
            if drawing is not None:
                taken.append(drawing.number)
                now += seconds
                queue.charge(drawing, seconds, now)
    while (drawing := queue.take(now)) is not None:
        taken.append(drawing.number)
    assert sorted(taken) == list(range(put))
