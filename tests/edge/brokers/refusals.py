"""Why an address of a broker is refused."""

import pytest

from emotion_edge.output.mqtt.address.broker import AddressError, parse_address

SECRET = "hunter2"  # must never be printed


def refusal(text: str) -> str:
    """Return why an address is refused."""
    with pytest.raises(AddressError) as raised:
        parse_address(text)
    assert SECRET not in str(raised.value)
    return str(raised.value)
