"""A Communitas node to test with: the real program, or a double that behaves like it or unlike it."""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from support.servers.server import eventually, exchange, free_port

PROGRAM = Path(__file__).resolve().parents[4] / "shared" / "bin" / "communitas-mcp"
TOOLS = ("network_start", "network_status", "start_voice_call", "join_call", "end_call")
NO_TOKEN = {"code": -32600, "message": "Invalid Request: Invalid token"}


class RealNode:
    """communitas-mcp as a process."""

    def __init__(self, folder: Path) -> None:
        if not PROGRAM.exists():
            pytest.skip(f"{PROGRAM} is missing")
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [
                *(PROGRAM, "--http", "--demo", "--storage-dir", self.folder / "store"),
                *("--four-words", "able-acid-aged-also", "--display-name", "Node"),
                *("--listen", f"127.0.0.1:{self.port}"),
            ],
            env={**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers, "communitas-mcp answers")

    def _answers(self) -> bool:
        try:
            return exchange(f"{self.url}/health")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


class Double:
    """Speaks as communitas-mcp does, and can be told to be an older or a worse one."""

    def __init__(
        self,
        *,
        snake: bool = False,
        tools: tuple[str, ...] = TOOLS,
        failures: int = 0,
    ) -> None:
        self.snake, self.tools = snake, tools
        self.token: str | None = None
        """What is asked of those who use it, if anything."""
        self.failures = failures
        """So many requests are answered with 503 first."""
        self.network_failures = 0
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.calls: set[str] = set()
        self.scenes: dict[str, Any] = {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self._proved = False
        self._greeted = False
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, answer = double.answer(json.loads(body))
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.failures > 0:
            self.failures -= 1
            return 503, {}
        method, params = request["method"], request["params"]
        result: dict[str, Any] = {}
        error: dict[str, Any] | None = None
        if method == "initialize":
            version, server = "protocolVersion", "serverInfo"
            if self.snake:
                version, server = "protocol_version", "server_info"
            if version not in params:
                error = {"code": -32602, "message": f"Invalid params: missing field `{version}`"}
            self._greeted = True
            result = {server: {"name": "double", "version": "0"}, version: params.get(version)}
        elif not self._greeted:
            error = {"code": -32600, "message": "Invalid Request: not initialized"}
        elif method == "tools/list":
            result = {"tools": [{"name": name} for name in self.tools]}
        elif method == "tools/call":
            result, error = self._call(params["name"], params["arguments"])
        else:
            error = {"code": -32601, "message": "Method not found"}
        head = {"jsonrpc": "2.0", "id": request["id"]}
        return 200, head | ({"result": result} if error is None else {"error": error})

    def _call(
        self, name: str, arguments: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        self.called.append((name, arguments))
        if name == "authenticate_token":
            self._proved |= arguments["token"] == self.token
            return self._said({}), None if self._proved else NO_TOKEN
        if self.token is not None and not self._proved:
            return {}, NO_TOKEN
        if name not in self.tools:
            return self._said(f"Unknown tool: {name}", error=True), None
        match name:
            case "network_start" if self.network_failures > 0:
                self.network_failures -= 1
                return self._said("no route", error=True), None
            case "start_voice_call":
                call_id = f"call_{len(self.called)}"
                self.calls.add(call_id)
                return self._said({"call_session": {"id": call_id}}), None
            case "end_call" | "join_call" if arguments["call_id"] not in self.calls:
                return self._said("no such call", error=True), None
            case "canvas_get_scene":
                session_id = arguments["session_id"]
                empty = {"session_id": session_id, "elements": []}
                return self._said(self.scenes.get(session_id, empty)), None
            case "canvas_update_scene":
                self.scenes[arguments["session_id"]] = arguments["scene"]
                return self._said({"success": True}), None
            case _:
                return self._said({"success": True}), None

    def _said(self, said: object, *, error: bool = False) -> dict[str, Any]:
        text = said if isinstance(said, str) else json.dumps(said)
        name = "is_error" if self.snake else "isError"
        return {"content": [{"type": "text", "text": text}], name: error}


Node = RealNode | Double


@contextlib.contextmanager
def stopped_after(node: Node) -> Iterator[Node]:
    """Stop a node at the end of a block."""
    try:
        yield node
    finally:
        node.stop()
