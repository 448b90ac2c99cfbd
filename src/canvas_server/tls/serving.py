"""The certificate that is served, read again when it was renewed."""

import ssl
from pathlib import Path

from cryptography import x509


class CertificateError(Exception):
    """A certificate cannot be used; the text says why and what to do."""


class Certificate:
    """A certificate with its key, as files that others renew."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Read both.

        Raises:
            CertificateError: they cannot be read, or do not belong together.
        """
        self._files = (certificate, key)
        self.context = self._read()
        """For new connections; it stays the same one when the files are read again."""
        self._names = _names_in(certificate)

    def names(self) -> frozenset[str]:
        """Return the names that the certificate is good for, as `call.example.org`."""
        return self._names

    def for_uvicorn(self, *_: object) -> ssl.SSLContext:
        """Return the context; uvicorn offers what it would have made itself."""
        return self.context

    def reload(self) -> None:
        """Read the files again; connections that are open keep what they have.

        Raises:
            CertificateError: as before; then the old certificate stays in use.
        """
        self._read()  # what fails half-way must not leave one file of each
        self.context.load_cert_chain(*self._files)
        self._names = _names_in(self._files[0])

    def _read(self) -> ssl.SSLContext:
        certificate, key = self._files
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])  # a WebSocket over HTTP/2 is not spoken (RFC 8441)
        try:
            context.load_cert_chain(certificate, key, password=lambda: "")
        except ssl.SSLError as error:
            text = f"{certificate} and {key} are no certificate with its key in PEM form"
            raise CertificateError(f"{text} ({error.reason or error})") from error
        except OSError as error:
            text = f"the certificate cannot be read: {error.strerror}: {error.filename or key}"
            raise CertificateError(f"{text} (CANVAS_TLS_CERT, CANVAS_TLS_KEY)") from error
        return context


def _names_in(path: Path) -> frozenset[str]:
    """Return the names in a certificate (RFC 5280 section 4.2.1.6); it can be read."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return frozenset()
    return frozenset(name.lower() for name in found.value.get_values_for_type(x509.DNSName))
