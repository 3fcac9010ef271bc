"""The names by which the page and the metrics may be asked for, against DNS rebinding.

A page from elsewhere can make its own name stand for this computer's address, and would then be of
one origin with ours. But the browser still sends that name as Host, so others are refused.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,255})(?::[0-9]{1,5})?")


class HostRules:
    """Decides which values of Host and Origin are accepted."""

    def __init__(self, names: Iterable[str]) -> None:
        """names: more names and IP addresses of this computer, without a port."""
        own = socket.gethostname().lower()
        self._names = {"localhost", own, own.partition(".")[0]} - {""}
        self._names |= {_bare(name) for name in names}

    def allows(self, hosts: list[str], local_address: str) -> bool:
        """Tell whether a request may have these values of Host: there must be one.

        local_address: the IP address of this computer at which the request has arrived. Any port is
        right, because something in between may listen at another.
        """
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None:
            return False
        name = _bare(match[1])
        if name in self._names or name.endswith(".local"):
            return True
        address = _address(name)
        return address is not None and address == _address(local_address)


def same_origin(origin: str, host: str) -> bool:
    """Tell whether a request's Origin is the site that it was sent to."""
    return origin.lower().partition("://")[2] == host.lower()


def _bare(name: str) -> str:
    """Return a name as it is compared: without the brackets of IPv6 or the last dot."""
    return name.lower().strip("[]").removesuffix(".")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
