"""The yardstick: a bare relay on the `websockets` library, without rules, limits or checks.

It speaks just enough of the protocol for a load generator: what somebody writes in an afternoon.
Usage: ``python bench/yardstick.py PORT``; 0 takes a free one.
"""

import sys
import uuid
from typing import Any

import msgspec
import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

decode = msgspec.json.decode


def encode(message: dict[str, Any]) -> str:
    """Write JSON text."""
    return msgspec.json.encode(message).decode()


peers: dict[str, ServerConnection] = {}
sessions: dict[str, set[ServerConnection]] = {}
RELAYED = {
    "start_call": "incoming_call",
    "offer": "relay_offer",
    "answer": "relay_answer",
    "ice_candidate": "relay_ice_candidate",
    "end_call": "call_ended",
}


async def relay(connection: ServerConnection) -> None:
    """Serve one connection."""
    peer_id = str(uuid.uuid4())
    session = ""
    await connection.send(encode({"type": "welcome"}))
    try:
        async for frame in connection:
            message: dict[str, Any] = decode(frame)
            kind = message["type"]
            if kind in RELAYED:
                target = peers.get(message.pop("target_peer_id"))
                if target is not None:
                    message |= {"type": RELAYED[kind], "from_peer_id": peer_id}
                    await target.send(encode(message))
            elif kind == "subscribe":
                session = message["session_id"]
                peers[peer_id] = connection
                sessions.setdefault(session, set()).add(connection)
                await connection.send(encode({"type": "peer_assigned", "peer_id": peer_id}))
            elif kind == "ping":
                await connection.send(encode({"type": "pong"}))
            elif kind == "add_element":
                ack = {"type": "ack", "result": {"id": "1"}}
                await connection.send(encode(ack))
            elif kind == "update_element":
                told = {
                    "type": "element_updated",
                    "element": {"id": message["id"]} | message["changes"],
                }
                text = encode(told)
                for other in sessions[session]:
                    await other.send(text)
    except ConnectionClosed:
        pass  # gone without a close frame
    finally:
        peers.pop(peer_id, None)
        sessions.get(session, set()).discard(connection)


async def main() -> None:
    """Serve until stopped."""
    async with serve(relay, "127.0.0.1", int(sys.argv[1]), compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"ready: http://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
