"""The TLS ladder against servers on loopback, each limited to what a step can do; certificates are checked at every step."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import trustme
from old_tls import serve_old_tls
from servers import Server, listening, page, settings
from tls_servers import (
    HOST,
    Conversation,
    Gate,
    TlsServer,
    alarmed,
    answer_h2,
    context_for,
    only_p256,
    small_dh_group,
)

from scrapers import tls
from scrapers.archive import Archive, read_exchanges, read_snapshots
from scrapers.errors import BrokenOff, TimedOut, TlsFailed
from scrapers.family import Request
from scrapers.http import Client

Started = Callable[..., TlsServer]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def start() -> Iterator[Started]:
    servers: list[TlsServer] = []

    def started(context: ssl.SSLContext, conversation: Conversation | None = None, gate: Gate | None = None) -> TlsServer:
        servers.append(TlsServer(context, conversation, gate))
        return servers[-1]

    yield started
    for server in servers:
        server.close()


@pytest.fixture
def asking(authority: trustme.CA, tmp_path: Path) -> Callable[..., Client]:
    """A client that believes the authority, and is told where the county's host is."""
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))

    def client(server: TlsServer, *, transports: dict[str, str] | None = None, **changes: Any) -> Client:
        made = settings(resolve={HOST: f"127.0.0.1:{server.port}"}, **({"ca_file": str(roots)} | changes))
        return Client(made, transports=transports)

    return client


Asking = Callable[..., Client]


def only_ciphers(context: ssl.SSLContext, ciphers: str) -> ssl.SSLContext:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    return context


def test_a_good_server_is_spoken_to_strictly(authority: trustme.CA, start: Started, asking: Asking) -> None:
    server = start(context_for(authority))
    with asking(server) as client:
        exchange = client.get(server.url)
        assert (exchange.body, exchange.transport, exchange.remote_ip) == (b"secret", "tls", "127.0.0.1")
        assert client.transports == {server.host: "tls"}
    assert server.came == 1
    assert server.heard[0].startswith(b"GET / HTTP/1.1\r\n")


def test_plain_http_has_a_transport_too() -> None:
    server = Server()
    with Client(settings()) as client:
        assert client.get(server.add("/", page(b""))).transport == "http"
        assert client.transports == {}
    server.close()


def test_a_server_that_knows_one_curve_is_met_at_p256(authority: trustme.CA, start: Started, asking: Asking) -> None:
    server = start(context_for(authority), gate=only_p256)
    with asking(server) as client:
        assert client.get(server.url).transport == "tls:p256"
        assert server.came == 2
        # The step that worked is remembered.
        assert client.get(server.url).transport == "tls:p256"
        assert server.came == 3
        assert client.transports == {server.host: "tls:p256"}


def test_a_step_remembered_from_before_is_the_first_tried(authority: trustme.CA, start: Started, asking: Asking) -> None:
    server = start(context_for(authority), gate=only_p256)
    with asking(server, transports={server.host: "tls:p256", "other.example": "http"}) as client:
        assert client.get(server.url).transport == "tls:p256"
    assert server.came == 1


def test_a_small_group_is_met_at_the_lower_security_level(
    authority: trustme.CA, start: Started, asking: Asking, tmp_path: Path
) -> None:
    context = context_for(authority, key=trustme.KeyType.RSA)
    small_dh_group(context, tmp_path)
    server = start(context)
    with asking(server) as client:
        assert client.get(server.url).transport == "tls:seclevel1"
    assert server.came == 2  # steps that cannot mend this are left out


def test_an_old_cipher_is_met_at_the_lower_security_level(authority: trustme.CA, start: Started, asking: Asking) -> None:
    server = start(only_ciphers(context_for(authority, key=trustme.KeyType.RSA), "AES128-SHA:@SECLEVEL=0"))
    with asking(server) as client:
        assert client.get(server.url).transport == "tls:seclevel1"
    assert server.came == 3  # the server does not say what it would have liked


def test_a_server_older_than_rfc_5746_is_met_by_the_legacy_step(authority: trustme.CA, start: Started, asking: Asking) -> None:
    leaf, heard = authority.issue_cert(HOST), SimpleQueue[bytes]()

    def old(connection: socket.socket) -> bool:
        heard.put(serve_old_tls(connection, leaf, page(b"old secret")))
        return False

    server = start(context_for(authority), gate=old)
    with asking(server) as client:
        exchange = client.get(server.url)
    assert (exchange.body, exchange.transport, server.came) == (b"old secret", "tls:legacy", 2)
    assert heard.get(timeout=10).startswith(b"GET ")  # the client may have its answer before the server is done
    assert heard.empty()  # strictly, nothing was asked


@pytest.mark.parametrize("leaf", [trustme.CA().issue_cert(HOST), None], ids=["another authority", "another host"])
def test_the_legacy_step_checks_certificates(
    authority: trustme.CA, start: Started, asking: Asking, leaf: trustme.LeafCert | None
) -> None:
    shown = leaf or authority.issue_cert("other.example")

    def old(connection: socket.socket) -> bool:
        return not serve_old_tls(connection, shown, page(b"never"))

    server = start(context_for(authority), gate=old)
    with asking(server) as client, pytest.raises(TlsFailed, match="certificate verify failed"):
        client.get(server.url)
    assert server.came == 2


def test_at_the_end_of_the_ladder_the_host_is_given_up_and_forgotten(
    authority: trustme.CA, start: Started, asking: Asking
) -> None:
    connections = iter(range(9))

    def two_good_ones(connection: socket.socket) -> bool:
        return next(connections) < 2 or alarmed(connection)

    server = start(only_ciphers(context_for(authority), "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"), gate=two_good_ones)
    with asking(server, transports={server.host: "tls:p256"}) as client:
        assert client.get(server.url).transport == "tls:seclevel1"
        with pytest.raises(TlsFailed):
            client.get(server.url)
        assert client.transports == {}


@pytest.mark.parametrize("first", tls.STEPS)
def test_an_unknown_authority_is_believed_at_no_step(authority: trustme.CA, start: Started, asking: Asking, first: str) -> None:
    server = start(context_for(trustme.CA()))
    with asking(server, transports={server.host: first}) as client, pytest.raises(TlsFailed, match="certificate verify failed"):
        client.get(server.url)
    assert server.came == 1  # no step mends a certificate


@pytest.mark.parametrize("first", tls.STEPS)
def test_a_certificate_for_another_host_is_believed_at_no_step(
    authority: trustme.CA, start: Started, asking: Asking, first: str
) -> None:
    server = start(context_for(authority, host="other.example"))
    with asking(server, transports={server.host: first}) as client, pytest.raises(TlsFailed, match="not valid for"):
        client.get(server.url)
    assert server.came == 1


def test_an_expired_certificate_is_not_believed(authority: trustme.CA, start: Started, asking: Asking) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, not_after=datetime.now(UTC) - timedelta(days=1)).configure_cert(context)
    server = start(context)
    with asking(server) as client, pytest.raises(TlsFailed, match="expired"):
        client.get(server.url)
    assert server.came == 1


def test_the_roots_of_ca_file_come_besides_the_public_ones(authority: trustme.CA, tmp_path: Path) -> None:
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    context = ssl.create_default_context()
    before = len(context.get_ca_certs())
    assert len(tls.at_step(context, "tls", ca_file=str(roots)).get_ca_certs()) == before + 1


@pytest.mark.parametrize("text", [None, "", "no certificate"])
def test_a_ca_file_without_certificates_is_said_at_once(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "roots.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ValueError, match=r"roots\.pem"):
        settings(ca_file=str(file))


def test_an_unknown_step_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="tls:seclevel1"):
        Client(settings(), transports={HOST: "tls:seclevel0"})


@pytest.mark.parametrize("step", tls.STEPS)
def test_certificates_and_names_are_checked_at_every_step(step: str) -> None:
    context = tls.at_step(ssl.create_default_context(), step)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("reason", "way"),
    [
        ("BAD_ECPOINT", ["tls:p256"]),
        ("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", ["tls:legacy"]),
        ("DH_KEY_TOO_SMALL", ["tls:seclevel1"]),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", ["tls:p256", "tls:seclevel1"]),
        ("WRONG_VERSION_NUMBER", []),
        ("TLSV1_UNRECOGNIZED_NAME", []),
        (None, []),
    ],
)
def test_only_errors_that_a_step_can_mend_are_climbed(reason: str | None, way: list[str]) -> None:
    error = ssl.SSLError(1, "as OpenSSL says")
    error.reason = reason  # type: ignore[assignment]
    climbed, step = [], tls.step_after("tls", error)
    while step:
        climbed.append(step)
        step = tls.step_after(step, error)
    assert climbed == way


def test_other_errors_are_not_climbed() -> None:
    certificate = ssl.SSLCertVerificationError(1, "certificate verify failed")
    certificate.reason = "DH_KEY_TOO_SMALL"  # whatever it says
    assert tls.step_after("tls", certificate) is None
    assert tls.step_after("tls", ConnectionResetError()) is None


# HTTP/2


def test_http_2_is_spoken_where_the_server_does_and_can_be_kept(
    authority: trustme.CA, start: Started, asking: Asking, tmp_path: Path
) -> None:
    context = context_for(authority)
    context.set_alpn_protocols(["h2"])
    server = start(context, answer_h2)
    with asking(server) as client:
        first = client.get(f"{server.url}list?page=1")
        second = client.ask(Request(f"{server.url}list", method="POST", form={"page": "2"}))
    assert (first.http_version, first.status, first.reason, first.body) == ("HTTP/2", 200, "", b"GET /list?page=1 ")
    assert (second.http_version, second.body, second.transport) == ("HTTP/2", b"POST /list page=2", "tls")
    assert server.came == 1  # one connection carries both
    with Archive(tmp_path / "a.warc.gz") as archive:
        for exchange in (first, second):
            archive.append(exchange)
    assert list(read_exchanges(archive.path)) == [first, second]
    assert [kept.body for kept in read_snapshots(archive.path)] == [first.body, second.body]


def test_http_2_that_breaks_off_is_no_answer(authority: trustme.CA, start: Started, asking: Asking) -> None:
    context = context_for(authority)
    context.set_alpn_protocols(["h2"])
    server = start(context, lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n"))
    with asking(server) as client, pytest.raises(BrokenOff):
        client.get(server.url)


# No TLS at all


def test_a_plain_server_at_an_https_address() -> None:
    plain = listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with plain as url, Client(settings()) as client, pytest.raises(TlsFailed):
        client.get(url)


def test_the_total_limit_holds_in_the_tls_handshake() -> None:
    silent = listening(lambda _: time.sleep(0.5))
    with silent as url, Client(settings(timeout_total=0.2)) as client, pytest.raises(TimedOut, match="timeout_total"):
        client.get(url)
