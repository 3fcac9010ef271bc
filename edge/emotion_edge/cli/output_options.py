"""The options of `emotion-edge run` for where labels and numbers go."""

import argparse
from pathlib import Path

from emotion_edge.cli.argument_types import address, keepalive, minutes, topic
from emotion_edge.output.mqtt.address import CREDENTIAL_NAME, PASSWORD_VARIABLE, destination


def add_outlets(parser: argparse.ArgumentParser) -> None:
    """Add what belongs to where labels go."""
    group = parser.add_argument_group("where labels go")
    group.add_argument(
        "--to",
        action="append",
        type=destination,
        metavar="URL",
        help="- for stdout (default), or mqtt[s]://[user@]host[:port]/prefix; several if repeated",
    )
    group.add_argument(
        "--password-file",
        type=Path,
        metavar="PATH",
        help=f"the broker's password; else {CREDENTIAL_NAME} among systemd's credentials, or the "
        f"environment's {PASSWORD_VARIABLE}",
    )
    for name, text in (
        ("ca-file", "certificates that mqtts:// trusts (default: the system's)"),
        ("client-cert", "our certificate, PEM, for brokers that ask for one"),
        ("client-key", "its key, where that is in a file of its own"),
    ):
        group.add_argument(f"--{name}", type=Path, metavar="PATH", help=text)
    group.add_argument(
        "--keepalive",
        type=keepalive,
        default=30,
        metavar="SECONDS",
        help="after about twice so long a broker that does not answer is given up (default: "
        "%(default)s)",
    )
    group.add_argument(
        "--discovery",
        type=topic,
        default="homeassistant",
        metavar="PREFIX",
        help='Home Assistant\'s discovery prefix; "" to not announce (default: %(default)s)',
    )
    group.add_argument(
        "--aggregate",
        type=minutes,
        metavar="MINUTES",
        help="say only how often each label was seen in each such period, of 1 or more: no moment, "
        "no face",
    )
    group.add_argument(
        "--metrics",
        type=address,
        metavar="HOST:PORT",
        help="serve numbers for Prometheus there; with a PORT alone, to this computer alone",
    )
