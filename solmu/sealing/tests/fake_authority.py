"""A certificate authority and a time-stamp authority (RFC 3161 over HTTP) for the tests."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

QC_STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
# SEQUENCE { SEQUENCE { QcCompliance }, SEQUENCE { QcSSCD } }
QUALIFIED = bytes.fromhex("30143008060604008e4601013008060604008e460104")


def _name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FI"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


class Issuer:
    """A certificate authority that issues what a test asks for."""

    def __init__(self, name: str = "Esimerkki CA") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name(name)
        self.certificate = self._signed(
            self.name, self.key.public_key(), x509.BasicConstraints(ca=True, path_length=None), 3650
        )

    def _signed(self, subject, public_key, basic, days, *extensions) -> x509.Certificate:
        now = datetime.now(UTC)
        ca = basic.ca
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(basic, critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca,
                    content_commitment=not ca,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=ca,
                    crl_sign=ca,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, name, key, *, days=365, qualified=False, stamps=False) -> x509.Certificate:
        extensions = []
        if qualified:
            extensions.append((x509.UnrecognizedExtension(QC_STATEMENTS, QUALIFIED), False))
        if stamps:
            extensions.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True))
        basic = x509.BasicConstraints(ca=False, path_length=None)
        return self._signed(_name(name), key.public_key(), basic, days, *extensions)

    def packed(self, name="Ammattiopisto Esimerkki", *, password="avain", key=None, **how) -> bytes:
        """A PKCS#12 file such as an institution buys."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        return pkcs12.serialize_key_and_certificates(
            b"seal",
            key,
            self.issue(name, key, **how),
            [self.certificate],
            serialization.BestAvailableEncryption(password.encode())
            if password
            else serialization.NoEncryption(),
        )


class TimeStamps:
    """A running time-stamp authority; `answers` says how it behaves."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers = "rightly"
        self.asked = 0


@contextmanager
def time_stamps(*, days: int = 3650) -> Iterator[TimeStamps]:
    """Run a time-stamp authority for the length of a test."""
    issuer = Issuer("Esimerkki TSA Root")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = issuer.issue("Esimerkki TSA", key, days=days, stamps=True)
    chain = SimpleCertificateStore()
    chain.register(_asn1(issuer.certificate))
    stamper = DummyTimeStamper(
        _asn1(certificate),
        asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        ),
        certs_to_embed=chain,
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            running.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = "application/timestamp-reply"
            if running.answers == "busy":
                self.send_error(503)
                return
            if self.headers["Content-Type"] != "application/timestamp-query":
                self.send_error(415)
                return
            request = tsp.TimeStampReq.load(body)
            if running.answers == "another":
                request["message_imprint"]["hashed_message"] = b"\0" * 32
            if running.answers == "refusing":
                status = {"status": "rejection", "fail_info": {"time_not_available"}}
                answer = tsp.TimeStampResp({"status": status}).dump()
            elif running.answers == "nonsense":
                answer = b"nonsense"
            elif running.answers == "endless":
                answer = b"\0" * 500_000
            elif running.answers == "page":
                answer, kind = b"<html>", "text/html"
            else:
                answer = asyncio.run(stamper.async_request_tsa_response(request)).dump()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = TimeStamps(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
