"""Addresses to listen on."""

from ipaddress import ip_address
from typing import NamedTuple


class Address(NamedTuple):
    """An address to listen on: a host, without the brackets of IPv6, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{in_url(self.host)}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this computer reaches it: by its name, no name is asked for."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"


def in_url(host: str) -> str:
    """Return a host as a URL has it: IPv6 in brackets, whether or not they are there (RFC 3986)."""
    return f"[{host.strip('[]')}]" if ":" in host else host
