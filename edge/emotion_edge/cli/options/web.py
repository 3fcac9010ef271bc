"""Command-line options of the page: --web."""

import argparse
from argparse import Namespace
from pathlib import Path

from emotion_edge.cli.address_types import address, host_name
from emotion_edge.cli.argument_types import picture_width, rate, viewers
from emotion_edge.output.web.settings import CREDENTIAL_NAME, WebSettings

DEFAULT_ADDRESS = "127.0.0.1:8080"


def add_web(parser: argparse.ArgumentParser, what: str = "the picture and the labels") -> None:
    """Add --web and an option for each of the `WebSettings`. what: the page shows."""
    group = parser.add_argument_group("the page")
    add, switch = group.add_argument, argparse.BooleanOptionalAction
    add(
        "--web",
        type=address,
        nargs="?",
        const=DEFAULT_ADDRESS,
        metavar="HOST:PORT",
        help=f"serve a page with {what} at this address (default if it is left "
        f"out: {DEFAULT_ADDRESS}, for this computer only; others need a password)",
    )
    _add_access(group)
    add(
        "--web-picture",
        action=switch,
        default=WebSettings.picture,
        help="show the picture, not only the labels (default)",
    )
    for name, kind, metavar, text in (
        ("rate", rate, "N", "pictures a second, at most"),
        ("width", picture_width, "PIXELS", "width of a picture, at most"),
        ("viewers", viewers, "N", "how many may watch at once"),
    ):
        default = getattr(WebSettings, name)
        help_text = f"{text} (default: {default:g})"
        add(f"--web-{name}", type=kind, default=default, metavar=metavar, help=help_text)


def _add_access(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--web-password-file",
        type=Path,
        metavar="PATH",
        help=f"the page's password (default: {CREDENTIAL_NAME} among systemd's credentials)",
    )
    for name, text in (
        ("certificate", "certificate (PEM), to serve https"),
        ("key", "its key, if it is in a separate file"),
    ):
        group.add_argument(f"--web-{name}", type=Path, metavar="PATH", help=text)
    group.add_argument(
        "--web-host",
        type=host_name,
        action="append",
        metavar="NAME",
        help="one more name by which browsers may ask for the page, besides localhost, *.local and "
        "this computer's own; repeat it for several",
    )


def web_settings(args: Namespace) -> WebSettings | None:
    """Return the settings of the page; None without --web. `teach` has no purpose to tell."""
    if args.web is None:
        return None
    return WebSettings(
        address=args.web,
        password_file=args.web_password_file,
        certificate=args.web_certificate,
        key=args.web_key,
        hosts=tuple(args.web_host or ()),
        picture=args.web_picture,
        rate=args.web_rate,
        width=args.web_width,
        viewers=args.web_viewers,
        purpose=getattr(args, "purpose", WebSettings.purpose),
        contact=getattr(args, "contact", WebSettings.contact),
    )
