"""Bytes that an earlier release wrote are read as they were meant, and written alike (tests/samples/earlier)."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canvas_server.auth.join import JoinTokens
from canvas_server.auth.keys import Keys
from canvas_server.auth.resume import ResumeTokens
from canvas_server.cluster.messages import (
    decode_heartbeat,
    decode_ops,
    encode_heartbeat,
    encode_ops,
)
from canvas_server.core.records import Snapshot
from canvas_server.core.scene.replay import replay
from canvas_server.federation.messages import decode, decode_own, encode, pack, unpack
from canvas_server.nats.messages import Edits, Whole
from canvas_server.protocol.roles import Role
from canvas_server.transport.packets import decode_packet, encode_packet

SAMPLES = Path(__file__).parents[1] / "samples" / "earlier"


def stored(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


NODES, SERVERS = stored("nodes"), stored("servers")


@pytest.mark.parametrize("name", NODES)
def test_nodes_of_two_releases_understand_each_other(name: str) -> None:
    data = base64.b64decode(NODES[name])
    match name:
        case "Packet":
            assert encode_packet(decode_packet(data)) == data
        case "Beat":
            assert encode_heartbeat(decode_heartbeat(data)) == data
        case _:
            (message,) = decode_ops(data)
            assert encode_ops([message]) == data


@pytest.mark.parametrize("name", SERVERS)
def test_servers_of_two_releases_understand_each_other(name: str) -> None:
    payload = SERVERS[name].encode()
    header, body = unpack(payload)
    message = decode_own(body) or decode(body)
    form, _, text = pack(header, encode(message)).partition(b"\n")
    assert payload.startswith(form)
    assert json.loads(text) == json.loads(payload[len(form) :])


def test_the_common_log_of_an_earlier_release_is_read() -> None:
    log = stored("log")
    edits = zlib.decompress(base64.b64decode(log["edits"]))
    read = msgspec.json.decode(edits, type=tuple[Edits, ...])
    was, now = json.loads(edits), json.loads(msgspec.json.encode(read))
    assert [edit[: len(old)] for edit, old in zip(now, was, strict=True)] == was
    assert all(edit.gone == () for edit in read)
    snapshot = zlib.decompress(base64.b64decode(log["snapshot"]))
    whole = msgspec.json.decode(snapshot, type=Whole)
    assert json.loads(msgspec.json.encode(whole)) == json.loads(snapshot)
    assert replay(Snapshot(0, 0), read[0].entries) == whole.snapshot


def test_tokens_of_an_earlier_release_open_what_they_did() -> None:
    expected = stored("expected")
    keys = Keys.of_secrets((expected["secret"],))
    invitation = expected["invitation"]
    now = invitation["expires"] / 1000 - 1
    grant = JoinTokens(keys, lambda _: False).admit(invitation["token"], "demo", now)
    assert grant.role is Role.EDIT
    issued = now - 5_000_000
    claims = ResumeTokens(keys).read(expected["resume_token"], issued)
    assert claims is not None
    assert (claims.peer_id, claims.session_id) == (expected["peer_id"], "demo")
