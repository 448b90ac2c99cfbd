"""A certificate for a local network, where nobody else can give one.

An authority of this installation signs it. Its own certificate can be installed on a phone, once;
it is good for private addresses and local names alone, so that even its key gives no power over
other places (RFC 5280 section 4.2.1.10).
"""

import datetime
import ipaddress
import socket
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from canvas_server.files import write_whole
from canvas_server.tls.folder import authority_file

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
"""Browsers take no certificate that is good for longer than this."""
RENEW_DAYS = 30
_ELSEWHERE = "192.0.2.1"  # TEST-NET-1 (RFC 5737): the way out leads there, and nothing is sent
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
_PRIVATE_V6 = ("fc00::/7", "fe80::/10", "::1/128")
_LOCAL_NAMES = ("localhost", "local", "lan", "home.arpa", "internal")


class LocalFiles(Struct, frozen=True):
    """Where the certificate is, and what phones can install to believe it."""

    certificate: Path
    key: Path
    authority: Path


def own_address() -> str | None:
    """Return the address by which the local network reaches this machine; None: by none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def local_certificate(folder: Path, address: str, now: datetime.datetime) -> LocalFiles:
    """Return a certificate for an address of this machine, made where there is no good one (0600).

    Raises:
        OSError: the folder cannot be written.
        ValueError: the address is no private one.
    """
    if not ipaddress.ip_address(address).is_private:
        text = f"{address} can be reached from everywhere: get a certificate for its name"
        raise ValueError(text)
    files = LocalFiles(folder / "server.pem", folder / "server.key", authority_file(folder))
    if files.certificate.exists() and _is_good(files.certificate, address, now):
        return files
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, address, now, *_authority(folder, files.authority, now))
    write_whole(files.key, _key_bytes(key))
    write_whole(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    return files


def _is_good(path: Path, address: str, now: datetime.datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    left = certificate.not_valid_after_utc - now
    return left.days > RENEW_DAYS and ipaddress.ip_address(address) in names.get_values_for_type(
        x509.IPAddress
    )


def _authority(
    folder: Path, path: Path, now: datetime.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key_path = folder / "authority.key"
    if path.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if certificate.not_valid_after_utc - now > datetime.timedelta(CERTIFICATE_DAYS):
            assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we wrote it
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"canvas-server on {socket.gethostname()}")
    networks = [x509.IPAddress(ipaddress.ip_network(text)) for text in (*_PRIVATE, *_PRIVATE_V6)]
    allowed = [*networks, *map(x509.DNSName, _LOCAL_NAMES)]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(1))
        .not_valid_after(now + datetime.timedelta(AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_whole(key_path, _key_bytes(key))
    write_whole(path, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    address: str,
    now: datetime.datetime,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    names = [
        x509.IPAddress(ipaddress.ip_address(address)),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("localhost"),
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(_name(address))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(1))
        .not_valid_after(now + datetime.timedelta(CERTIFICATE_DAYS - 1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
