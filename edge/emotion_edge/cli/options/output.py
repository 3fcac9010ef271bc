"""Command-line options for the outputs: stdout, MQTT, Prometheus, history."""

import argparse
from pathlib import Path

from emotion_edge.cli.address_types import address, destination, discovery_prefix
from emotion_edge.cli.argument_types import days, keepalive, minutes
from emotion_edge.cli.options.notice import add_people_in_view
from emotion_edge.output.mqtt.password import CREDENTIAL_NAME, PASSWORD_VARIABLE
from emotion_edge.output.settings import OutputSettings


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add --to and the options of each output; the light for the people in view is one."""
    group = parser.add_argument_group("where labels go")
    group.add_argument(
        "--to",
        action="append",
        type=destination,
        metavar="URL",
        help="- for stdout (default), or mqtt[s]://[user@]host[:port]/prefix; repeat it for "
        "several",
    )
    _add_mqtt(group)
    group.add_argument(
        "--aggregate",
        type=minutes,
        metavar="MINUTES",
        help="report only how often each label was seen in each period of this many minutes (1 or "
        "more), without times or single faces",
    )
    group.add_argument(
        "--metrics",
        type=address,
        metavar="HOST:PORT",
        help="serve Prometheus metrics at this address; a PORT alone serves this computer only",
    )
    add_people_in_view(parser)
    _add_history(group)


def _add_history(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help="write to this file, each minute, for how many seconds and how often each label was "
        "seen; `emotion-edge history FILE` shows it",
    )
    group.add_argument(
        "--history-days",
        type=days,
        default=OutputSettings.history_days,
        metavar="DAYS",
        help="remove from it what is older (default: %(default)s)",
    )


def _add_mqtt(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--password-file",
        type=Path,
        metavar="PATH",
        help=f"the broker's password (default: {CREDENTIAL_NAME} among systemd's credentials, or "
        f"the environment variable {PASSWORD_VARIABLE})",
    )
    for name, text in (
        ("ca-file", "certificates that mqtts:// trusts (default: the system's)"),
        ("client-cert", "client certificate (PEM), for brokers that require one"),
        ("client-key", "its key, if it is in a separate file"),
    ):
        group.add_argument(f"--{name}", type=Path, metavar="PATH", help=text)
    group.add_argument(
        "--keepalive",
        type=keepalive,
        default=30,
        metavar="SECONDS",
        help="drop the connection to a broker that has not answered for about twice as long "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--discovery",
        type=discovery_prefix,
        default="homeassistant",
        metavar="PREFIX",
        help='Home Assistant\'s discovery prefix; "" turns discovery off (default: %(default)s)',
    )
