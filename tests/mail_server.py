"""A mail server on loopback: a real one that keeps what it is sent, with and without TLS, and who trusts its certificate."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reports.outward import LOCAL


class Mailbox:
    """``got``: messages with whom they are for; ``peers``: who has connected; ``signed_in``: names and passwords, and whether over TLS."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []
        self.peers: list[Any] = []
        self.signed_in: list[tuple[str, str, bool]] = []
        self.says = "250 OK"
        self.refuses: tuple[str, ...] = ()
        self.port = 0

    async def handle_EHLO(self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        self.peers.append(session.peer)
        return responses

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.got.append((list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        return self.says

    def authenticate(self, server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, told: Any) -> AuthResult:
        assert isinstance(told, LoginPassword)
        self.signed_in.append((told.login.decode(), told.password.decode(), server.transport.get_extra_info("sslcontext") is not None))
        return AuthResult(success=told.password == b"geheim", handled=False)


def a_free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def a_mailbox(certificate: Path | None = None, *, first_byte: bool = False, offers_login: bool = True) -> Iterator[Mailbox]:
    """A running server; with a certificate it offers STARTTLS, or speaks TLS from the first byte."""
    mailbox = Mailbox()
    over_tls = None
    if certificate is not None:
        over_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        over_tls.load_cert_chain(certificate)
    more: dict[str, Any] = {"authenticator": mailbox.authenticate, "auth_require_tls": False} if offers_login else {}
    post = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=a_free_port(),
        ssl_context=over_tls if first_byte else None,
        tls_context=None if first_byte else over_tls,
        ready_timeout=20,
        **more,
    )
    with pytest.MonkeyPatch.context() as here:
        here.setenv(LOCAL, "on")
        post.start()
        mailbox.port = post.port
        try:
            yield mailbox
        finally:
            post.stop()


@contextmanager
def a_talker(says: list[bytes], then: bytes = b"", every: float = 0.0) -> Iterator[tuple[int, bytearray]]:
    """A server on loopback that says one thing after each thing it hears (the first before), then ``then`` again and again; its port, and
    what it has heard."""
    heard, over = bytearray(), threading.Event()

    def talks() -> None:
        with suppress(OSError), listening.accept()[0] as connection:
            connection.settimeout(10)
            for number, word in enumerate(says):
                if number:
                    heard.extend(connection.recv(65536))
                connection.sendall(word)
            while then and not over.wait(every):
                connection.sendall(then)
            while piece := connection.recv(65536):
                heard.extend(piece)

    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.MonkeyPatch.context() as here:
        here.setenv(LOCAL, "on")
        thread = threading.Thread(target=talks, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        over.set()
        thread.join(15)


def a_certificate(folder: Path, name: str) -> Path:
    """A file with a key and a certificate for a name, signed by itself; ``SSL_CERT_FILE`` makes it a trusted one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain) + built.public_bytes(serialization.Encoding.PEM))
    return file
