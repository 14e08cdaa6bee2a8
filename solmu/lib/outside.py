"""Addresses outside: what is asked by an address that somebody wrote in the pages."""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings


class AddressError(OSError):
    """The address isn't one that is asked."""


def check_address(address: str) -> str:
    """Return the IP address that is asked; AddressError for one that no open service can have.

    Who writes it in the pages must not reach into the installation's own network by it; an
    administrator allows hosts of that by SOLMU_INNER_HOSTS.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise AddressError("the address isn't one") from error
    if parts.scheme not in {"http", "https"} or not host or parts.username:
        raise AddressError("the address isn't one")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise AddressError("the address isn't known") from error
    addresses = [str(one[4][0]) for one in found]
    inside = any(not ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses)
    if inside and host not in settings.SOLMU_INNER_HOSTS:
        raise AddressError("the address lies in an inner network")
    return addresses[0]
