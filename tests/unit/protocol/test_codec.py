"""Reading and writing messages."""

import json
from pathlib import Path
from typing import Any, cast, get_args

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.protocol import client, server
from canvas_server.protocol.audit import AuditEvent
from canvas_server.protocol.codec import (
    MAX_CONTAINERS,
    MAX_HARD_NUMBERS,
    MalformedMessage,
    decode,
    decode_code_wish,
    decode_scene_edit,
    decode_token_wish,
    encode,
    encoded_size,
    type_of,
)
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.fields import MAX_CANDIDATE, MAX_SDP
from canvas_server.protocol.http import CodeWish, TokenWish
from canvas_server.protocol.kinds import Chart, Image, Text, Video
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import Element, NewElement, Transform

pytestmark = pytest.mark.rule("IN2", "IN3")

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "docs" / "protocol.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator({**SCHEMA, "$ref": "#/$defs/ClientMessage"})
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
SAMPLES: list[dict[str, Any]] = [
    {"type": "subscribe", "session_id": "s", "peer_id": None, "display_name": "Ada", "received": 0},
    {"type": "list_peers", "session_id": "s"},
    {"type": "get_scene"},
    {"type": "ping", "received": 3},
    {"type": "start_call", "target_peer_id": "p", "session_id": "s", "call_id": "c"},
    {"type": "group_call", "joined": True},
    {"type": "start_communitas_call", "video_enabled": False, "message_id": "m"},
    {"type": "join_communitas_call", "call_id": "call_1"},
    {"type": "leave_communitas_call"},
    {"type": "offer", "target_peer_id": "p", "sdp": "v=0"},
    {"type": "answer", "target_peer_id": "p", "sdp": "v=0"},
    {
        "type": "ice_candidate",
        "target_peer_id": "p",
        "candidate": "",
        "sdp_mid": "0",
        "sdp_m_line_index": 0,
        "username_fragment": "x",
    },
    {"type": "end_call", "target_peer_id": "p", "reason": "busy"},
    {"type": "kick", "target_peer_id": "p", "message_id": "m"},
    {"type": "add_element", "element": {"kind": {"type": "Text", "content": "x"}}},
    {"type": "update_element", "id": "e", "changes": {"transform": {"x": 1}}, "message_id": "m"},
    {"type": "remove_element", "id": "e"},
    {"type": "sync_queue", "operations": [{"op": "remove", "id": "e"}]},
    {"type": "media_state", "audio": True, "video": False, "screen": False},
    {"type": "view_size", "target_peer_id": "p", "camera": 360, "screen": 0},
    {"type": "hand", "raised": False, "target_peer_id": "p"},
    {"type": "reaction", "emoji": "🎉"},
    {"type": "selection", "ids": ["a", "b"]},
    {"type": "typing", "id": "a"},
    {"type": "session_settings", "locked": True, "message_id": "m"},
    {"type": "admit", "peer_id": "6f1c1a1e-7f0e-4b7a-9d59-0d4f5a1c2b3d"},
    {"type": "mute", "target_peer_id": "p", "kind": "audio"},
    {"type": "propose", "operations": [{"op": "remove", "id": "a"}], "text": "Less is more"},
    {"type": "decide_proposal", "proposal_id": "p1", "accept": True, "ids": ["a"]},
    {"type": "pause_agent", "peer_id": "p", "paused": True},
    {"type": "undo_agent", "peer_id": "p", "ids": ["a"]},
    {"type": "thinking", "text": "reading the notes"},
    {"type": "ask", "text": "Which one?", "choices": ["This", "That"], "to": "p"},
    {"type": "answer_question", "question_id": "q1", "choice": 1},
    {"type": "close_question", "question_id": "q1"},
    {"type": "speech", "text": "Make this one red", "about": {"ids": ["a"], "x": 1, "y": 2}},
    {"type": "call_report", "target_peer_id": "p", "gathered": ["host"], "turn_refused": True},
    {
        "type": "call_quality",
        "target_peer_id": "p",
        "quality": {
            "rating": "poor",
            "path": {"local": "relay", "remote": "srflx", "protocol": "tcp"},
            "loss_in": 0.1,
            "round_trip": 0.5,
            "limitation": None,
        },
    },
    {"type": "cursor", "x": 1, "y": 2.5},
    {"type": "preview", "elements": [{"id": "e", "transform": {"x": 1}}]},
    {
        "type": "stroke",
        "d": "gkBA",
        "begin": {"id": "e", "x": 1, "y": 2, "color": "#f00", "size": 4},
    },
    {"type": "clear_scene"},
    {"type": "chat", "text": "hello", "to": "p", "message_id": "m"},
    {"type": "get_chat", "before": 65536, "message_id": "m"},
    {"type": "remove_chat", "id": 65536, "message_id": "m"},
    {"type": "clear_chat", "message_id": "m"},
    {"type": "restore_scene", "revision": 3, "message_id": "m"},
]
TAGS = [cast("Any", t).__struct_config__.tag for t in get_args(client.ClientMessage)]


def test_a_wish_for_a_token_is_read() -> None:
    assert decode_token_wish(b'{"session_id":"s"}') == TokenWish("s", Role.EDIT)
    for body in (b"", b"[]", b'{"session_id":"s","expires_in":0}', b'{"session_id":"no spaces"}'):
        with pytest.raises(MalformedMessage):
            decode_token_wish(body)


def test_a_wish_for_what_a_code_stands_for_is_read() -> None:
    assert decode_code_wish(b'{"code":"7kq4-m2xz-9rpa"}') == CodeWish("7kq4-m2xz-9rpa")
    for body in (b"", b"{}", b'{"code":7}', b'{"code":"%s"}' % (b"a" * 257)):
        with pytest.raises(MalformedMessage):
            decode_code_wish(body)


def refusal(frame: bytes) -> MalformedMessage:
    with pytest.raises(MalformedMessage) as caught:
        decode(frame)
    return caught.value


@pytest.mark.rule("IN3")
def test_a_message_is_read_and_unknown_fields_are_ignored() -> None:
    frame = b'{"type":"offer","target_peer_id":"p","sdp":"v=0","future":[1]}'
    assert decode(frame) == client.Offer("p", "v=0")
    assert decode(memoryview(frame)) == client.Offer("p", "v=0")


@pytest.mark.rule("IN2")
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"type":"ping"} x', "invalid_json"),
        (b'{"type":"offer","target_peer_id":"p","sdp":"\xff"}', "invalid_json"),
        (b'"\\ud800"', "invalid_json"),
        (b"[" * 50_000, "invalid_json"),
        (b"1" * 5000, "invalid_json"),
        (b"1e400", "invalid_json"),
        (b"[]", "invalid_message"),
        (b"null", "invalid_message"),
        (b"{}", "unknown_type"),
        (b'{"type":7}', "unknown_type"),
        (b'{"type":"hello"}', "unknown_type"),
        (b'{"type":"relay_offer","from_peer_id":"p","sdp":"x"}', "unknown_type"),
        (b'{"type":"offer","target_peer_id":"p"}', "invalid_message"),
        (b'{"type":"offer","target_peer_id":7,"sdp":"x"}', "invalid_message"),
        (b'{"type":"subscribe","session_id":"no spaces"}', "invalid_message"),
        (b'{"type":"subscribe","session_id":""}', "invalid_message"),
        (b'{"type":"subscribe","session_id":"s\\n"}', "invalid_message"),
        (b'{"type":"remove_element","id":"e\\n"}', "invalid_message"),
        (b'{"type":"subscribe","session_id":"s","peer_id":"me"}', "invalid_message"),
        (b'{"type":"cursor","x":1e300,"y":0}', "invalid_message"),
        (b'{"type":"end_call","target_peer_id":"p","reason":"bored"}', "invalid_message"),
        (b'{"type":"sync_queue","operations":7}', "invalid_message"),
        (b'{"type":"sync_queue","operations":[' + b"7," * 1000 + b"7]}", "invalid_message"),
        (b'{"type":"sync_queue","operations":[7]}', "invalid_message"),
        (b'{"type":"add_element","element":7}', "invalid_message"),
        (b'{"type":"add_element","element":{"kind":7}}', "invalid_message"),
        (
            b'{"type":"add_element","element":{"kind":{"type":"Image","src":"javascript:x"}}}',
            "invalid_message",
        ),
        (
            b'{"type":"add_element","element":{"kind":{"type":"Text","content":"","align":"up"}}}',
            "invalid_message",
        ),
    ],
)
def test_what_is_no_message_is_refused_with_a_code(frame: bytes, code: str) -> None:
    assert refusal(frame).code == code


def test_a_refusal_names_the_message_it_is_about() -> None:
    assert refusal(b'{"type":"add_element","message_id":"m1"}').message_id == "m1"
    assert refusal(b'{"type":"nonsense","message_id":"m1"}').message_id == "m1"
    for wrong in (b"7", b'""', b'"' + b"x" * 65 + b'"'):
        assert refusal(b'{"type":"add_element","message_id":' + wrong + b"}").message_id is None


@pytest.mark.rule("IN5", "IN4")
def test_a_refusal_says_by_its_code_whether_to_try_again() -> None:
    """And only what was not read may name nothing."""
    assert {code for code in ErrorCode if code.passing} == {
        "storage_failed",
        "server_full",
        "rate_limited",
    }
    assert not any(code.passing and code.unread for code in ErrorCode)
    assert all(refusal(frame).code.unread for frame in (b"", b"[]", b'{"type":"x"}'))


def test_the_body_of_a_scene_edit_is_read() -> None:
    edit = decode_scene_edit(
        b'{"add":[{"kind":{"type":"Text","content":"x"}},'
        b'{"kind":{"type":"Text","data":{"content":"y"}}}],"remove":["a"],"future":1}'
    )
    assert [new.kind for new in edit.add] == [Text("x"), Text("y")]
    assert (edit.session_id, edit.remove, edit.clear) == ("default", ("a",), False)


@pytest.mark.rule("SCN12")
def test_too_many_operations_are_refused_before_they_are_read() -> None:
    """Of a long message; what is none is said as of any other."""
    operation = b'{"op":"remove","id":"aaaaaaaaaa"},'
    frame = b'{"type":"sync_queue","message_id":"m","operations":[' + 3000 * operation
    caught = refusal(frame + operation[:-1] + b"]}")
    assert (caught.code, caught.message_id) == (ErrorCode.INVALID_MESSAGE, "m")
    assert "length <= 1000" in caught.text
    assert refusal(frame + b"]").code is ErrorCode.INVALID_JSON


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"[]", "invalid_message"),
        (b'{"add":7}', "invalid_message"),
        (b'{"add":[7]}', "invalid_message"),
        (b'{"session_id":"no spaces"}', "invalid_message"),
        (b'{"update":[{"id":"a"}]}', "invalid_message"),
        (b'{"add":["\xff"]}', "invalid_json"),
        (b'{"add":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}", "invalid_message"),
        (b'{"add":[' + b"[" * 20_000 + b"]" * 20_000 + b"]}", "invalid_json"),
        (b'{"add":[' + b"[" * 600 + b"]" * 600 + b"]}", "invalid_json"),
        (b'{"add":[' + b"[" * 400 + b"]" * 400 + b"]}", "invalid_message"),
        (b'{"add":[[' + b"{}," * MAX_CONTAINERS + b"1]]}", "invalid_message"),
    ],
)
def test_the_body_of_a_scene_edit_is_refused_with_a_code(body: bytes, code: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        decode_scene_edit(body)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"add":[{"kind":{"type":"Text","content":"x"}},7]}', "`$.add[1]`"),
        (b'{"add":[{"kind":{"type":"Text","content":7}}]}', "`$.add[0].kind.content`"),
        (b'{"update":[{"id":"a"}]}', "`$.update[0]`"),
    ],
)
def test_a_scene_edit_that_is_refused_says_where(body: bytes, place: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        decode_scene_edit(body)
    assert caught.value.text.endswith(f" - at {place}")


@pytest.mark.parametrize(("field", "limit"), [("sdp", MAX_SDP), ("candidate", MAX_CANDIDATE)])
def test_limits_are_exact(field: str, limit: int) -> None:
    tag = "offer" if field == "sdp" else "ice_candidate"

    def frame(size: int) -> bytes:
        return json.dumps({"type": tag, "target_peer_id": "p", field: "x" * size}).encode()

    assert len(getattr(decode(frame(limit)), field)) == limit
    assert refusal(frame(limit + 1)).code == "invalid_message"


@pytest.mark.parametrize(
    ("kind", "flat"),
    [
        ({"type": "Text", "data": {"content": "x", "font_size": 9.0}}, Text("x", 9)),
        ({"type": "Video", "data": {"stream_id": "cam", "is_live": True}}, Video("cam")),
        (
            {"type": "Image", "data": {"src": "https://e.org/x.png", "format": "png"}},
            Image("https://e.org/x.png"),
        ),
        (
            {"type": "Image", "src": "https://e.org/x.png", "alt": "a bridge"},
            Image("https://e.org/x.png", alt="a bridge"),
        ),
        ({"type": "Text", "content": "x", "align": "right"}, Text("x", align="right")),
        (
            {"type": "Chart", "data": {"chart_type": "bar", "data": {"x": [1]}}},
            Chart("bar", {"x": [1]}),
        ),
        (
            {"type": "Chart", "chart_type": "bar", "data": {"chart_type": "y"}},
            Chart("bar", {"chart_type": "y"}),
        ),
    ],
)
def test_a_wrapped_kind_is_read_as_the_flat_one(kind: object, flat: object) -> None:
    add = {"type": "add_element", "element": {"id": "", "kind": kind, "transform": {"x": 3}}}
    expected = NewElement(cast("Any", flat), Transform(x=3))
    assert decode(json.dumps(add).encode()) == client.AddElement(expected)
    queue = {"type": "sync_queue", "operations": [{"op": "add", "element": add["element"]}]}
    assert decode(json.dumps(queue).encode()) == client.SyncQueue((client.AddOperation(expected),))


@pytest.mark.parametrize(
    "kind", [{"type": "Chart", "data": {"x": 1}}, {"type": "Text", "data": 1}, {"data": {}}]
)
def test_a_wrapped_kind_that_lacks_its_fields_is_refused(kind: object) -> None:
    add = {"type": "add_element", "element": {"kind": kind}}
    assert refusal(json.dumps(add).encode()).code == "invalid_message"


@pytest.mark.parametrize("place", [[1.1e6, 0], [0, -2e6], [0, 0, 1e300]])
def test_ink_that_leads_far_away_is_refused(place: list[float]) -> None:
    kind = {"type": "Ink", "points": [[0, 0], place]}
    body = {"type": "add_element", "element": {"kind": kind}}
    with pytest.raises(MalformedMessage, match="farther away than 1000000"):
        decode(json.dumps(body).encode())


def test_free_json_that_is_nested_too_deeply_is_refused() -> None:
    """What is accepted can also be sent on."""

    def chart(depth: int) -> bytes:
        data = "[" * depth + "]" * depth
        return f'{{"type":"add_element","element":{{"kind":{{"type":"Chart","chart_type":"x","data":{data}}}}}}}'.encode()

    message = decode(chart(32))
    assert isinstance(message, client.AddElement)
    assert refusal(chart(33)).code == "invalid_message"
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"data": deep}
    update = {"type": "update_element", "id": "e", "changes": {"kind": deep}}
    assert refusal(json.dumps(update).encode()).code == "invalid_message"


def test_size_is_that_of_the_encoded_element() -> None:
    element = Element("e", Text("ü"), Transform())
    assert encoded_size(element) == len(msgspec.json.encode(element))


def test_absent_fields_are_left_out_where_the_protocol_says_so() -> None:
    assert encode(server.RelayIceCandidate("p", "")) == (
        b'{"type":"relay_ice_candidate","from_peer_id":"p","candidate":""}'
    )
    assert b"display_name" not in encode(
        server.PeerUpdated(server.Peer("p", connected=True, in_call=False, media=server.Media()))
    )
    assert encode(server.Error(ErrorCode.SELF_SIGNAL, "no")) == (
        b'{"type":"error","code":"self_signal","message":"no"}'
    )


def test_the_type_of_a_message_is_read_before_it_is() -> None:
    assert type_of(b'{"x":1,"type":"cursor"}') == "cursor"
    assert [type_of(text) for text in (b"{}", b"[", b"[" * 100_000)] == [None, None, None]


def test_every_code_has_a_meaning() -> None:
    assert all(code.meaning for code in ErrorCode)
    assert all(event.meaning for event in AuditEvent)
    assert all(0 < len(code.meaning) <= 123 for code in CloseCode), "fits a close frame"


@pytest.mark.rule("IN2")
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    try:
        decode(frame)
    except MalformedMessage as malformed:
        assert malformed.text


@pytest.mark.rule("CHT3")
def test_a_chat_message_says_something() -> None:
    for text in ("", " \n\u200b"):
        with pytest.raises(MalformedMessage, match="text that can be seen"):
            decode(json.dumps({"type": "chat", "text": text}).encode())
    picture = {"type": "chat", "picture": "data:image/png;base64,AA=="}
    assert decode(json.dumps(picture).encode()) == client.Chat(picture="data:image/png;base64,AA==")
    for wrong in ({"text": "x" * 4001}, {"picture": "https://example.org/x.png"}):
        with pytest.raises(MalformedMessage):
            decode(json.dumps({"type": "chat", **wrong}).encode())


def test_every_message_has_a_sample() -> None:
    assert {sample["type"] for sample in SAMPLES} == set(TAGS)
    for sample in SAMPLES:
        decode(json.dumps(sample).encode())


@pytest.mark.rule("IN2")
@given(
    sample=st.sampled_from(SAMPLES),
    field=st.sampled_from(sorted({field for sample in SAMPLES for field in sample} - {"type"})),
    value=JSON,
)
def test_any_field_is_read_or_refused_and_the_schema_agrees(
    sample: dict[str, Any], field: str, value: Any
) -> None:
    """Whatever the decoder takes, the published schema takes."""
    message = {**sample, field: value}
    try:
        decode(json.dumps(message).encode())
    except MalformedMessage as malformed:
        assert malformed.code == ErrorCode.INVALID_MESSAGE
    else:
        VALIDATOR.validate(message)


def chart_of(number: str) -> str:
    data = ",".join([number] * (9 * MAX_HARD_NUMBERS))
    return '{"kind": {"type": "Chart", "chart_type": "x", "data": [' + data + "]}}"


@pytest.mark.rule("IN2", "SCN12")
@pytest.mark.parametrize(
    "number", ["2.2250738585072011e-308", "1.7976931348623157E+308", "1e0308", "1." + "0" * 40]
)
def test_numbers_that_are_slow_to_read_are_bounded(number: str) -> None:
    """To the last bit each takes a thousand times as long as others."""
    frame = '{"message_id": "m", "type": "add_element", "element": ' + chart_of(number) + "}"
    with pytest.raises(MalformedMessage, match="round them") as refused:
        decode(frame.encode())
    assert (refused.value.code, refused.value.message_id) == ("invalid_message", "m")
    with pytest.raises(MalformedMessage, match=r"at `\$\.add"):
        decode_scene_edit(('{"add": [' + chart_of(number) + "]}").encode())


@pytest.mark.rule("IN2")
@pytest.mark.parametrize(
    "number", ["0.123456789012345", "0.000012345678901234567", "-1e-12", '"5e000"']
)
def test_numbers_as_programs_write_them_come_in(number: str) -> None:
    frame = '{"type": "add_element", "element": ' + chart_of(number) + "}"
    assert isinstance(decode(frame.encode()), client.AddElement)
    assert decode_scene_edit(('{"add": [' + chart_of(number) + "]}").encode()).add
