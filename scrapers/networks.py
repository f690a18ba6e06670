"""Where a name leads, and which network addresses may be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, getaddrinfo

__all__ = ["IPAddress", "IPNetwork", "Resolver", "objection", "pinned", "pins", "system_addresses"]

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

Resolver = Callable[[str, int], Sequence[tuple[str, int]]]
"""Host name and port to the numeric addresses and ports that may be tried, in order; raises OSError for no such name."""


def system_addresses(host: str, port: int) -> Sequence[tuple[str, int]]:
    """The addresses that the system's resolver gives for a name, in its order; raises OSError when there is none."""
    return [(str(address[0]), int(address[1])) for *_, address in getaddrinfo(host, port, type=SOCK_STREAM)]


def pins(resolve: Mapping[str, str], networks: Sequence[IPNetwork]) -> dict[str, tuple[str, int]]:
    """
    The mapping of `[fetch.resolve]`, host name to `address:port`, as addresses and ports.

    Raises ValueError for what is no address and port, and for an address in none of `networks`.

    >>> from ipaddress import ip_network
    >>> pins({"County.example": "127.0.0.1:8000"}, [ip_network("127.0.0.0/8")])
    {'county.example': ('127.0.0.1', 8000)}
    """
    found = {}
    for host, text in resolve.items():
        address, _, port = text.rpartition(":")
        try:
            ip = ip_address(address.removeprefix("[").removesuffix("]"))
        except ValueError as exc:
            raise ValueError(f"resolve: {host} = {text!r}: {exc}; write address:port") from exc
        if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError(f"resolve: {host} = {text!r}: {port!r} is no port; write address:port")
        if not any(ip in network for network in networks):
            raise ValueError(f"resolve: {host} = {text!r}: {ip} lies in none of allowed_networks; add its network there")
        found[host.encode("idna").decode("ascii").lower()] = (str(ip), int(port))
    return found


def pinned(resolve: Resolver, held: Mapping[str, tuple[str, int]]) -> Resolver:
    """`resolve`, but names in `held` lead where it says."""
    return lambda host, port: [held[host]] if host in held else resolve(host, port)


def objection(ip: IPAddress, networks: Sequence[IPNetwork], *, contact: str) -> str:
    """
    Why an address may not be asked; empty when it may. Public ones may, others only inside `networks`.

    >>> objection(ip_address("10.0.0.1"), [], contact="a@b.org")
    'is no public address and not in allowed_networks'
    """
    # The IPv4 address inside an IPv6 one is what is reached in the end.
    inner = ip if isinstance(ip, IPv4Address) else ip.ipv4_mapped or ip.sixtofour or ip
    if not contact and not inner.is_loopback:
        return "lies outside this machine, which is not asked without a contact in the configuration"
    if any(ip in network or inner in network for network in networks):
        return ""
    special = inner.is_multicast or inner.is_reserved or (isinstance(inner, IPv6Address) and inner.is_site_local)
    return "" if inner.is_global and not special else "is no public address and not in allowed_networks"
