"""https servers on loopback that speak TLS as old or odd servers do, with certificates of an authority made for the test."""

from __future__ import annotations

import base64
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import trustme
from servers import page

__all__ = [
    "HOST",
    "TlsServer",
    "alarmed",
    "answer",
    "answer_h2",
    "context_for",
    "only_p256",
    "small_dh_group",
]

HOST = "county.example"

Conversation = Callable[[ssl.SSLSocket], None]
Gate = Callable[[socket.socket], bool]

_P256 = 0x0017
_SUPPORTED_GROUPS = 10


class TlsServer:
    """
    Answers one connection after the other. `gate` sees each before TLS begins and may turn it away; `came` counts them all.

    `heard` is what was said inside TLS.
    """

    def __init__(self, context: ssl.SSLContext, conversation: Conversation | None = None, gate: Gate | None = None) -> None:
        self.came = 0
        self.heard: list[bytes] = []
        self._context, self._gate = context, gate
        self._conversation = conversation or (lambda connection: self.heard.append(answer(connection)))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.host}/"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.came += 1
            with connection, suppress(OSError):  # the client leaves early, as it should
                connection.settimeout(5)
                if self._gate is None or self._gate(connection):
                    with self._context.wrap_socket(connection, server_side=True) as spoken:
                        self._conversation(spoken)


def context_for(authority: trustme.CA, *, host: str = HOST, key: trustme.KeyType = trustme.KeyType.ECDSA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, key_type=key).configure_cert(context)
    return context


def answer(connection: ssl.SSLSocket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        got = connection.recv(1000)
        if not got:
            break
        head += got
    connection.sendall(page(b"secret"))
    return head


def answer_h2(connection: ssl.SSLSocket) -> None:
    """Answers over HTTP/2 with the method, the path and the body of each request, until the client leaves."""
    spoken = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    spoken.initiate_connection()
    connection.sendall(spoken.data_to_send())
    heads: dict[int, dict[bytes, bytes]] = {}
    bodies: dict[int, bytes] = {}
    while received := connection.recv(65536):
        for event in spoken.receive_data(received):
            if isinstance(event, h2.events.RequestReceived):
                heads[event.stream_id] = {bytes(name): bytes(value) for name, value in event.headers}
                bodies[event.stream_id] = b""
            elif isinstance(event, h2.events.DataReceived):
                bodies[event.stream_id] += event.data
            elif isinstance(event, h2.events.StreamEnded):
                head = heads[event.stream_id]
                body = b" ".join((head[b":method"], head[b":path"], bodies[event.stream_id]))
                spoken.send_headers(event.stream_id, [(":status", "200"), ("content-length", str(len(body)))])
                spoken.send_data(event.stream_id, body, end_stream=True)
        connection.sendall(spoken.data_to_send())


def only_p256(connection: socket.socket) -> bool:
    """A gate that breaks off when another curve than P-256 is offered."""
    return _offered_groups(_client_hello(connection)) == [_P256] or alarmed(connection)


def alarmed(connection: socket.socket) -> bool:
    """A gate that turns everybody away with the alert `handshake_failure`."""
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")
    connection.recv(65536)  # an unread greeting would reset the connection, and the alert be lost
    return False


def small_dh_group(context: ssl.SSLContext, folder: Path) -> None:
    """Makes a server use the 1024-bit group of RFC 2409 for Diffie-Hellman, and nothing else."""
    prime = bytes.fromhex(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
        "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
        "49286651ECE65381FFFFFFFFFFFFFFFF"
    )
    group = b"\x30\x81\x87\x02\x81\x81\x00" + prime + b"\x02\x01\x02"  # DER: a sequence of the prime and 2
    file = folder / "dh.pem"
    file.write_bytes(b"-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(group) + b"-----END DH PARAMETERS-----\n")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    context.load_dh_params(str(file))


def _client_hello(connection: socket.socket) -> bytes:
    """The first record, left unread."""
    hello = b""
    while len(hello) < 5 or len(hello) < 5 + int.from_bytes(hello[3:5]):
        before, hello = hello, connection.recv(20_000, socket.MSG_PEEK)
        if not hello:
            raise ConnectionError("the client left")
        if hello == before:
            time.sleep(0.005)
    return hello


def _offered_groups(hello: bytes) -> list[int]:
    at = 44 + hello[43]  # record and handshake heads, version, random, session
    at += 2 + int.from_bytes(hello[at : at + 2])  # ciphers
    at += 1 + hello[at] + 2  # compressions, length of the extensions
    while at < len(hello):
        kind, length = struct.unpack(">HH", hello[at : at + 4])
        if kind == _SUPPORTED_GROUPS:
            groups = hello[at + 6 : at + 4 + length]
            return [number for (number,) in struct.iter_unpack(">H", groups)]
        at += 4 + length
    return []
