"""A frame that cannot be read is refused under the `message_id` it carries."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.protocol.codec import MalformedMessage, decode
from canvas_server.protocol.unreadable import HEAD_BYTES, TAIL_BYTES, message_id_of

pytestmark = pytest.mark.rule("IN4")

DEEP = b"[" * 20_000 + b"]" * 20_000
MANY = b"[" + b"[]," * 20_000 + b"[]]"
LONG = b'"' + b"x" * HEAD_BYTES + b'\\"message_id\\":\\"inner\\"}"'
NAME = b'"message_id":"m1"'


def named(frame: bytes) -> tuple[str, str | None]:
    with pytest.raises(MalformedMessage) as caught:
        decode(memoryview(frame))
    return caught.value.code, caught.value.message_id


@pytest.mark.rule("IN4")
@pytest.mark.parametrize(
    "spoilt",
    [
        b'"\\ud83d"',
        b'"aaa \\ude00\\ud83d bbb"',
        b'"\xff\xfe"',
        b'"\\u12"',
        b'"\x01"',
        b"NaN",
        b"1e999",
        b'{"message_id":"\\ud83d"}',
        b'{"message_id":"inner"}}',
        b'["message_id","m2"',
        DEEP,
    ],
)
def test_what_is_not_json_is_refused_under_its_name(spoilt: bytes) -> None:
    """Wherever the member stands, as far as what comes before it can be told apart."""
    code, message_id = named(b'{"type":"add_element",' + NAME + b',"element":' + spoilt + b"}")
    assert (code, message_id) == ("invalid_json", "m1")


@pytest.mark.rule("IN4")
@pytest.mark.parametrize(
    "spoilt", [b'"\\ud83d"', b'"\xff"', DEEP, LONG + b'"\\ud83d"', MANY + b'"\\ud83d"']
)
def test_the_name_may_come_last(spoilt: bytes) -> None:
    frame = b'{"type":"add_element","element":' + spoilt + b"," + NAME + b" }"
    assert named(frame) == ("invalid_json", "m1")


@pytest.mark.rule("IN4")
@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"hello",
        b"[1",
        b'["message_id":"m1"',
        b'{"element":{"message_id":"inner","x":"\\ud83d"}}',
        b'{"content":"\\"message_id\\":\\"inner\\"","x":"\\ud83d"}',
        b'{"message_id":7,"x":"\\ud83d"}',
        b'{"message_id":"","x":"\\ud83d"}',
        b'{"message_id":"\\ud83d"}',
        b'{"message_id":"' + b"x" * 65 + b'","x":"\\ud83d"}',
        b'{"x":"\\ud83d","y":"message_id"}',
        b'{"x":' + MANY + b',"y":"\\ud83d"}',
        b'{"x":"\\ud83d","content":' + LONG + b"}",
        b'{"x":' + MANY + b',"y":"\\ud83d","message_id":"' + b"x" * TAIL_BYTES + b'"}',
    ],
)
def test_who_names_nothing_is_answered_without_a_name(frame: bytes) -> None:
    """A name is never made up, and one that stands deeper is not the frame's."""
    assert named(frame)[1] is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.rule("IN4")
@given(JSON, JSON, st.text(min_size=1, max_size=64))
def test_any_name_is_found_in_any_object(before: object, after: object, message_id: str) -> None:
    """As a whole reading of the frame would find it."""
    document = {"before": before, "message_id": message_id, "after": after}
    for ascii_only in (True, False):
        assert message_id_of(json.dumps(document, ensure_ascii=ascii_only).encode()) == message_id


@pytest.mark.rule("IN4")
@given(st.binary(max_size=300))
def test_anything_may_be_looked_at(frame: bytes) -> None:
    """Whatever comes."""
    message_id_of(frame + NAME + frame)


@pytest.mark.rule("IN4", "SCN12")
def test_what_is_too_much_and_no_json_is_refused_as_no_json() -> None:
    frame = b'{"type":"add_element",' + NAME + b',"element":[' + b"[]," * 30_000 + b"x]}"
    assert named(frame) == ("invalid_json", "m1")


@pytest.mark.rule("IN4", "SCN12")
@pytest.mark.report(
    "running",
    "What is refused, and how, depends on the Python that the server runs with",
    "JSON nested 400, 600, 20,000 and 30,000 deep, under Python 3.11 to 3.15",
    "one answer under all of them: the bound is the protocol's, not the interpreter's",
)
@pytest.mark.parametrize(
    ("depth", "code"),
    [
        (400, "invalid_message"),
        (600, "invalid_json"),
        (20_000, "invalid_json"),
        (30_000, "invalid_message"),
        (100_000, "invalid_message"),
    ],
)
def test_every_python_refuses_what_is_nested_too_deeply_alike(depth: int, code: str) -> None:
    spoilt = b"[" * depth + b"]" * depth
    frame = b'{"type":"add_element",' + NAME + b',"element":' + spoilt + b"}"
    assert named(frame) == (code, "m1")
