"""A server of somebody else, which notes what is asked of it."""

import contextlib
import http.server
import threading
from collections.abc import Iterator


class OtherServer:
    """What it has, and who asked for what."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []


@contextlib.contextmanager
def other_server(
    content: bytes = b"", media_type: str = "image/png", *, open_to_all: bool = False
) -> Iterator[OtherServer]:
    """Serve some content at every path; `open_to_all`: pages of other origins may read it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            other.asked.append(self.path)
            other.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("content-type", media_type)
            if open_to_all:
                self.send_header("access-control-allow-origin", "*")
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_OPTIONS = do_HEAD = do_GET  # noqa: N815 - named by http.server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        other = OtherServer(listener.server_port)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        try:
            yield other
        finally:
            listener.shutdown()
