"""Served over TLS: by given files, read again on SIGHUP, and for a local network."""

import asyncio
import contextlib
import datetime
import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from canvas_server.cli import main
from canvas_server.client import CannotConnect, connect
from canvas_server.protocol.roles import Role
from canvas_server.tls.local import CERTIFICATE_DAYS, LocalFiles, local_certificate
from canvas_server.tls.serving import Certificate, CertificateError
from support.servers.server import Server, eventually, running

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return local_certificate(tmp_path / "tls", "127.0.0.1", NOW)


@pytest.fixture
def secure(files: LocalFiles, tmp_path: Path) -> Iterator[Server]:
    arguments = ["--tls-cert", str(files.certificate), "--tls-key", str(files.key)]
    with running(tmp_path / "data", *arguments, "--allowed-hosts", "call.example") as server:
        yield server


@pytest.mark.parametrize(("host", "is_kept"), [("call.example", True), ("127.0.0.1", False)])
def test_browsers_keep_to_https_for_a_name(
    secure: Server, files: LocalFiles, host: str, is_kept: bool
) -> None:
    """An address may be somebody else's tomorrow, and loopback has other programs too."""
    context = ssl.create_default_context(cafile=files.authority)
    with (
        socket.create_connection(("127.0.0.1", secure.port), timeout=10) as line,
        context.wrap_socket(line, server_hostname="127.0.0.1") as tls,
    ):
        tls.sendall(f"GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        head = b"".join(iter(lambda: tls.recv(4096), b"")).partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 200")
    assert (b"strict-transport-security: max-age=15552000" in head) is is_kept


def served(server: Server, trusted: Path, **bounds: ssl.TLSVersion) -> x509.Certificate:
    """Return the certificate that a server shows to who believes an authority."""
    context = ssl.create_default_context(cafile=trusted)
    for name, value in bounds.items():
        setattr(context, name, value)
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as line,
        context.wrap_socket(line, server_hostname="127.0.0.1") as tls,
    ):
        found = tls.getpeercert(binary_form=True)
        assert found is not None
        tls.sendall(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        assert tls.recv(4096).startswith(b"HTTP/1.1 200")
    return x509.load_der_x509_certificate(found)


async def test_a_client_talks_over_it(
    secure: Server, files: LocalFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert secure.url.startswith("https://")
    monkeypatch.setenv("SSL_CERT_FILE", str(files.authority))
    async with connect(secure.url, "s", "Ada") as ada:
        assert ada.view.peers[ada.peer_id].display_name == "Ada"


def test_a_renewed_certificate_is_served_from_sighup_on(secure: Server, files: LocalFiles) -> None:
    first = served(secure, files.authority)
    files.certificate.unlink()
    local_certificate(files.certificate.parent, "127.0.0.1", NOW)
    assert served(secure, files.authority) == first, "nobody has said that it is to be read"
    os.kill(secure.pid, signal.SIGHUP)
    eventually(lambda: served(secure, files.authority) != first, "the new one is served")


def test_files_that_do_not_fit_change_nothing(secure: Server, files: LocalFiles) -> None:
    first = served(secure, files.authority)
    files.certificate.write_text("no certificate")
    os.kill(secure.pid, signal.SIGHUP)
    assert served(secure, files.authority) == first
    secure.stop()
    assert "the old certificate stays in use" in secure.stderr()


@pytest.mark.rule("ATK15")
def test_old_versions_of_tls_are_refused(secure: Server, files: LocalFiles) -> None:
    served(secure, files.authority, maximum_version=ssl.TLSVersion.TLSv1_2)
    with (
        pytest.warns(DeprecationWarning, match="TLSv1"),
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        served(
            secure,
            files.authority,
            minimum_version=ssl.TLSVersion.TLSv1,
            maximum_version=ssl.TLSVersion.TLSv1_1,
        )


@pytest.mark.nightly
@pytest.mark.report(
    "found",
    "Who left out the `https://` of a server with a certificate saw a connection that broke.",
    "`http://` to the port of https, with and without a `Host`",
    "They are sent to the same address by https; what names none is told to write it.",
)
def test_plain_http_is_sent_to_https(secure: Server) -> None:
    def said(text: str) -> str:
        with socket.create_connection(("127.0.0.1", secure.port)) as line:
            line.sendall(text.encode())
            return b"".join(iter(lambda: line.recv(4096), b"")).decode()

    host = f"localhost:{secure.port}"
    answer = said(f"GET /s/demo?name=Ada HTTP/1.1\r\nAccept: */*\r\nHost: {host}\r\n\r\n")
    assert answer.startswith("HTTP/1.1 308 ")
    assert f"\r\nlocation: https://{host}/s/demo?name=Ada\r\n" in answer
    for strange in ("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"):
        answer = said(strange)
        assert answer.startswith("HTTP/1.1 400 ")
        assert "https://" in answer


def test_who_begins_no_handshake_is_given_up(secure: Server) -> None:
    with socket.create_connection(("127.0.0.1", secure.port), timeout=30) as line:
        began = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            assert line.recv(1) == b""
        assert 8 < time.monotonic() - began < 20


def test_what_is_wrong_with_the_files_is_said(files: LocalFiles, tmp_path: Path) -> None:
    other = local_certificate(tmp_path / "other", "127.0.0.1", NOW)
    for certificate, key, words in (
        (files.certificate, tmp_path / "none", "No such file"),
        (files.certificate, other.key, "no certificate with its key"),
        (files.key, files.key, "no certificate with its key"),
    ):
        with pytest.raises(CertificateError, match=words):
            Certificate(certificate, key)
    data = ["--data", str(tmp_path / "data")]
    result = CliRunner().invoke(main, ["--tls-cert", str(files.certificate), *data])
    assert result.exit_code == 1
    assert "--tls-key" in result.output


def test_a_local_certificate_is_kept_while_it_is_good(tmp_path: Path) -> None:
    files = local_certificate(tmp_path, "192.168.1.7", NOW)
    first = files.certificate.read_bytes(), files.authority.read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    local_certificate(tmp_path, "192.168.1.7", NOW)
    assert (files.certificate.read_bytes(), files.authority.read_bytes()) == first
    local_certificate(tmp_path, "192.168.1.8", NOW)
    moved = files.certificate.read_bytes()
    assert moved != first[0]
    local_certificate(tmp_path, "192.168.1.8", NOW + datetime.timedelta(CERTIFICATE_DAYS - 10))
    assert files.certificate.read_bytes() != moved
    assert files.authority.read_bytes() == first[1], "phones believe it still"
    local_certificate(tmp_path, "192.168.1.9", NOW + datetime.timedelta(3600))
    assert files.authority.read_bytes() != first[1]
    with pytest.raises(ValueError, match="from everywhere"):
        local_certificate(tmp_path, "1.1.1.1", NOW)


def test_the_authority_has_power_over_local_addresses_alone(files: LocalFiles) -> None:
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    extension = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert extension.critical
    assert authority.public_bytes(Encoding.PEM) == files.authority.read_bytes()


async def role_by(url: str, session: str, token: str) -> Role:
    async with connect(url, session, "Ada", token=token) as ada:
        return ada.view.peers[ada.peer_id].role


def test_a_local_network_is_served_with_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `--lan` prints opens; without the link nobody comes in."""
    command = [sys.executable, "-m", "canvas_server", "--lan", "--host", "127.0.0.2"]
    process = subprocess.Popen(
        [*command, "--port", "0", "--data", str(tmp_path), "--stun-urls", ""],
        env={k: v for k, v in os.environ.items() if not k.startswith("CANVAS_")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        printed = ""
        while "▄" not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        found = re.search(r"(https://127\.0\.0\.2:\d+)/i/(\S+)", printed)
        assert found is not None
        assert stat.S_IMODE((tmp_path / "auth.secret").stat().st_mode) == 0o600
        url, code = found.groups()
        with urllib.request.urlopen(
            f"{url}/authority.pem", context=ssl._create_unverified_context()
        ) as answer:
            (tmp_path / "fetched.pem").write_bytes(answer.read())
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fetched.pem"))
        request = urllib.request.Request(
            f"{url}/api/codes",
            json.dumps({"code": code}).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            opened = json.load(answer)
        session, token = opened["session_id"], opened["token"]
        assert asyncio.run(role_by(url, session, token)) is Role.MODERATE
        with pytest.raises(CannotConnect, match="with a link"):
            asyncio.run(role_by(url, session, ""))
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
