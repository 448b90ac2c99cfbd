"""The proxy that the fault tests break connections with."""

import socket
import threading
from collections.abc import Iterator

import pytest

from support.networks.proxy import Proxy
from support.servers.server import eventually


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it gets, one thread a connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                return

    def listen() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=answer, args=(connection,)))
            threads[-1].start()

    threads = [threading.Thread(target=listen)]
    threads[0].start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive(), "the proxy left a connection open"


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    before = threading.active_count()
    with Proxy(echo) as proxy:
        yield proxy
    eventually(lambda: threading.active_count() <= before, "no thread is left")


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def exchange(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    got = b""
    while len(got) < len(data):
        more = connection.recv(65536)
        if not more:
            break
        got += more
    return got


def test_forwards_both_ways_and_the_end(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as other:
        big = bytes(range(256)) * 100
        assert exchange(one, big) == big
        assert exchange(other, b"other") == b"other"
        assert (proxy.accepted, proxy.open) == (2, 2)
        one.shutdown(socket.SHUT_WR)
        assert one.recv(1) == b"", "the end of one side reaches the other and comes back"
        eventually(lambda: proxy.open == 1, "the ended one is forgotten")


def test_cut_ends_with_fin_and_new_ones_pass(proxy: Proxy) -> None:
    with connect(proxy) as one, connect(proxy) as other:
        assert exchange(one, b"1") == exchange(other, b"1")
        assert proxy.cut() == 2
        assert one.recv(1) == other.recv(1) == b""
        assert proxy.open == 0
    with connect(proxy) as new:
        assert exchange(new, b"new") == b"new"


def test_reset_breaks_off(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert exchange(one, b"1") == b"1"
        assert proxy.reset() == 1
        with pytest.raises(ConnectionResetError):
            one.recv(1)


def test_stall_holds_everything_and_flow_lets_it_go(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert exchange(one, b"1") == b"1"
        proxy.stall()
        with connect(proxy) as new:
            for connection in (one, new):
                connection.sendall(b"later")
                connection.settimeout(0.05)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
                connection.settimeout(5)
            proxy.flow()
            assert one.recv(5) == new.recv(5) == b"later"
        proxy.stall(new=False)
        one.sendall(b"never")
        with connect(proxy) as new:
            assert exchange(new, b"new") == b"new"
        proxy.cut()
        assert one.recv(5) == b"", "what a stall held is lost with its connection"


def test_refuse_closes_new_ones_only(proxy: Proxy) -> None:
    with connect(proxy) as one:
        assert exchange(one, b"1") == b"1"
        proxy.refuse()
        with connect(proxy) as new:
            assert new.recv(1) == b""
        assert exchange(one, b"1") == b"1"
        assert (proxy.accepted, proxy.refused) == (1, 1)
        proxy.accept()
        with connect(proxy) as new:
            assert exchange(new, b"new") == b"new"


def test_a_target_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Proxy(port) as proxy, connect(proxy) as one:
        assert one.recv(1) == b""
