"""Types of command-line options that hold an address."""

import argparse
import re
from ipaddress import IPv6Address

from emotion_edge.output.mqtt.address.broker import AddressError, parse_address
from emotion_edge.output.mqtt.address.text_rules import prefix_problem
from emotion_edge.util.address import Address


def address(text: str) -> Address:
    """Parse "HOST:PORT" ("[::1]:9100" for IPv6), or "PORT" on the loopback interface."""
    match = re.fullmatch(r"(?:([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]):)?([0-9]{1,5})", text)
    if not match or not 1 <= int(match[2]) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, nor a port of 1 to 65535")
    return Address((match[1] or "127.0.0.1").strip("[]"), int(match[2]))


def host_name(text: str) -> str:
    """Parse a host's name or IP address, as browsers send it, without a port."""
    bare = text.removeprefix("[").removesuffix("]")
    is_ipv6 = text == f"[{bare}]" and _is_ipv6(bare)
    if not is_ipv6 and not re.fullmatch(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host's name, such as hall.lan")
    return text


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone is of this computer alone


def destination(text: str) -> str:
    """Parse a value of --to: "-" or a broker's address."""
    try:
        if text != "-":
            parse_address(text)
    except AddressError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def discovery_prefix(text: str) -> str:
    """Parse the beginning of Home Assistant's topics; "" stands for none."""
    if text and (problem := prefix_problem(text)):
        raise argparse.ArgumentTypeError(f"the topic {problem}")
    return text
