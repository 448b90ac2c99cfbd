"""Refusals of a later release."""

import msgspec
import pytest

from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.latercodes import with_known_codes
from canvas_server.protocol.server import Error, FailedOperation, Reply, ServerMessage, SyncResult

NEW = ErrorCode.INVALID_CHANGE


@pytest.mark.rule("IN5")
@pytest.mark.report(
    "lost",
    "An edit that is refused for a reason the other program does not know is never answered",
    "An error code of a later release",
    "It counts as the final `invalid_change`, with the words of the server",
)
def test_an_unknown_code_is_a_final_refusal() -> None:
    error = b'{"type":"error","code":"too_blue","message":"No.","message_id":"m"}'
    assert msgspec.convert(with_known_codes(error), Reply) == Error(NEW, "No.", "m")
    failures = (
        b'[{"index":0,"code":"too_blue","message":""},{"index":1,"code":"scene_full","message":""}]'
    )
    queue = (
        b'{"type":"sync_result","synced_count":0,"conflict_count":0,"failed_operations":%s,'
        b'"timestamp":0,"message_id":"m"}' % failures
    )
    result = msgspec.convert(with_known_codes(queue), ServerMessage)
    assert isinstance(result, SyncResult)
    failed = (FailedOperation(0, NEW, ""), FailedOperation(1, ErrorCode.SCENE_FULL, ""))
    assert result.failed_operations == failed


@pytest.mark.parametrize("text", [b"[]", b'{"failed_operations":7}', b'{"failed_operations":[7]}'])
def test_what_is_no_answer_is_none(text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(with_known_codes(text), Reply)
