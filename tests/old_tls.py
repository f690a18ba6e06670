"""
A TLS 1.2 server that knows nothing of RFC 5746, as OpenSSL's own cannot be made to be: one key exchange, one cipher.

It serves one connection with ECDHE-ECDSA-AES128-GCM-SHA256 over P-256 and checks what the client says. For tests alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import ssl

import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

__all__ = ["serve_old_tls"]

_ALERT, _CIPHER_CHANGE, _HANDSHAKE, _DATA = b"\x15", b"\x14", b"\x16", b"\x17"
_SERVER_HELLO, _CERTIFICATE, _KEY_EXCHANGE, _HELLO_DONE, _FINISHED = 2, 11, 12, 14, 20


def serve_old_tls(connection: socket.socket, leaf: trustme.LeafCert, answer: bytes) -> bytes:
    """What the client asked over TLS, once it has its answer; OSError when it leaves before."""
    hello = _record(connection, _HANDSHAKE)
    randoms = hello[6:38], os.urandom(24) + b"no sign!"
    secret = ec.generate_private_key(ec.SECP256R1())
    point = secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    exchange = b"\x03\x00\x17" + _sized(point, 1)
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(b"".join(randoms) + exchange, ec.ECDSA(SHA256()))
    certificate = _sized(ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode()), 3)
    greeting = (
        _message(_SERVER_HELLO, b"\x03\x03" + randoms[1] + b"\x00\xc0\x2b\x00")  # and no extension: that is the point
        + _message(_CERTIFICATE, _sized(certificate, 3))
        + _message(_KEY_EXCHANGE, exchange + b"\x04\x03" + _sized(signature, 2))
        + _message(_HELLO_DONE, b"")
    )
    _send(connection, _HANDSHAKE, greeting)

    theirs = _record(connection, _HANDSHAKE)
    _record(connection, _CIPHER_CHANGE)
    shared = secret.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs[5:]))
    master = _derived(shared, b"master secret", b"".join(randoms), 48)
    keys = _derived(master, b"key expansion", randoms[1] + randoms[0], 40)
    hearing, saying = _Sealed(keys[:16], keys[32:36]), _Sealed(keys[16:32], keys[36:40])
    said = hello + greeting + theirs
    finished = hearing.open(_HANDSHAKE, _record(connection, _HANDSHAKE))
    assert finished == _message(_FINISHED, _derived(master, b"client finished", hashlib.sha256(said).digest(), 12))
    ours = _message(_FINISHED, _derived(master, b"server finished", hashlib.sha256(said + finished).digest(), 12))
    _send(connection, _CIPHER_CHANGE, b"\x01")
    _send(connection, _HANDSHAKE, saying.seal(_HANDSHAKE, ours))

    asked = b""
    while not asked.endswith(b"\r\n\r\n"):
        asked += hearing.open(_DATA, _record(connection, _DATA))
    _send(connection, _DATA, saying.seal(_DATA, answer))
    _send(connection, _ALERT, saying.seal(_ALERT, b"\x01\x00"))
    return asked


class _Sealed:
    """One direction under AES-GCM, with its count of records."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._cipher, self._salt, self._count = AESGCM(key), salt, 0

    def seal(self, kind: bytes, content: bytes) -> bytes:
        counter = self._count.to_bytes(8)
        return counter + self._cipher.encrypt(self._salt + counter, content, self._header(kind, len(content)))

    def open(self, kind: bytes, sealed: bytes) -> bytes:
        return self._cipher.decrypt(self._salt + sealed[:8], sealed[8:], self._header(kind, len(sealed) - 24))

    def _header(self, kind: bytes, length: int) -> bytes:
        self._count += 1
        return (self._count - 1).to_bytes(8) + kind + b"\x03\x03" + length.to_bytes(2)


def _derived(secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """The PRF of RFC 5246, 5."""
    seed, found = label + seed, b""
    link = seed
    while len(found) < length:
        link = hmac.digest(secret, link, "sha256")
        found += hmac.digest(secret, link + seed, "sha256")
    return found[:length]


def _sized(content: bytes, width: int) -> bytes:
    return len(content).to_bytes(width) + content


def _message(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + _sized(content, 3)


def _send(connection: socket.socket, kind: bytes, content: bytes) -> None:
    connection.sendall(kind + b"\x03\x03" + _sized(content, 2))


def _record(connection: socket.socket, kind: bytes) -> bytes:
    """The content of the next record, which must be of a kind; ConnectionError for another, as for an alert."""
    head = _exactly(connection, 5)
    if head[:1] != kind:
        raise ConnectionError(f"instead of a record {kind!r} came {head!r}")
    return _exactly(connection, int.from_bytes(head[3:]))


def _exactly(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        got = connection.recv(length - len(content))
        if not got:
            raise ConnectionError("the client left")
        content += got
    return content
