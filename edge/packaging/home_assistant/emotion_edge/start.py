"""Start emotion-edge as an app of Home Assistant: turn its options into settings, and run it.

  start.py DATA [USER]

DATA is the app's folder, with options.json. As root, the program becomes USER. The settings and the
passwords are written to files that only that user may read, and none is ever an argument.
"""

import json
import os
import pwd
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import NoReturn
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from app_options import Options, Problem, check_settings, is_text, read_options

from emotion_edge.errors import escape
from emotion_edge.output.mqtt.address.text_rules import prefix_problem
from emotion_edge.util.address import in_url

SUPERVISOR = "http://supervisor"  # its name in every app
TIMEOUT_S = 10.0
PORT = 8080  # of the page, as in config.yaml
# Keys that the other options write.
OWN = {"source", "source-password-file", "to", "password-file", "history"}
OWN |= {"web", "web-password-file", "web-host"}

Settings = dict[str, str | list[str]]


def main(data: Path, user: str | None = None) -> NoReturn:
    """Write the settings, and become the daemon."""
    options = read_options(data / "options.json")
    os.umask(0o077)
    folder, state = Path(tempfile.mkdtemp(prefix="emotion-edge-")), data / "state"
    state.mkdir(exist_ok=True)
    broker = find_broker(options)
    settings = make_settings(options, broker, folder, state)
    config = write(folder / "settings.toml", to_toml(settings, options["settings"]))
    if user and os.geteuid() == 0:
        become(user, folder, state)
    check_settings(config, options)
    environment = {name: os.environ[name] for name in os.environ if name != "SUPERVISOR_TOKEN"}
    environment["STATE_DIRECTORY"] = str(state)
    words = [sys.executable, "-m", "emotion_edge", "run", "--config", str(config)]
    os.execve(sys.executable, words, environment)  # noqa: S606 - there is no shell


def find_broker(options: Options) -> Options | None:
    """Return {"url": …, "password": …} of the broker; None if Home Assistant has none."""
    if url := options.get("mqtt_url"):
        return {"url": url, "password": options.get("mqtt_password")}
    if "mqtt_password" in options:
        raise Problem("mqtt_password: it needs mqtt_url; leave both empty for Home Assistant's own")
    if problem := prefix_problem(options["mqtt_prefix"]):
        raise Problem(f"mqtt_prefix: it {problem}")
    service = ask_supervisor()
    if service is None:
        return None
    user, scheme = service.get("username"), "mqtts" if service.get("ssl") else "mqtt"
    login = f"{quote(user, safe='')}@" if user else ""
    address = f"{login}{in_url(service['host'])}:{service['port']}"
    url = f"{scheme}://{address}/{quote(options['mqtt_prefix'])}"
    return {"url": url, "password": service.get("password") if user else None}


def ask_supervisor() -> Options | None:
    """Return the broker that Home Assistant's supervisor knows, if there is one."""
    token = os.environ.get("SUPERVISOR_TOKEN")
    if not token:
        raise Problem("no SUPERVISOR_TOKEN, so this is no app of Home Assistant; give mqtt_url")
    url = f"{os.environ.get('SUPERVISOR_API', SUPERVISOR)}/services/mqtt"
    request = Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return check_service(json.load(answer)["data"])
    except HTTPError as error:
        text = error.read(1000).decode(errors="replace")
        if error.code != 400:  # how it says that there is no broker
            raise Problem(f"{url}: the supervisor refused: {error.code} {text}") from None
        warn(f"Home Assistant has no MQTT broker ({text.strip()}), so labels go to this log only;")
        warn("install the app Mosquitto broker, or give mqtt_url, and start this app again")
        return None
    except (OSError, HTTPException, ValueError, KeyError, AttributeError, TypeError) as error:
        reason = getattr(error, "reason", error)
        raise Problem(f"{url}: the supervisor does not answer as it should: {reason}") from None


def check_service(service: Options) -> Options | None:
    """Return what the supervisor says of a broker; None if that is nothing. Raises TypeError."""
    if not {"host", "port"} <= service.keys():
        return None
    for name in ("host", "username", "password"):
        if not (is_text(service.get(name)) or (name != "host" and service.get(name) is None)):
            raise TypeError(f"the broker's {name} is not text")
    return service


def make_settings(options: Options, broker: Options | None, folder: Path, state: Path) -> Settings:
    """Return the settings that follow from the options, and write the passwords' files."""
    settings: Settings = {"source": options["source"], "to": broker["url"] if broker else "-"}
    passwords = {
        "source-password-file": options.get("source_password"),
        "password-file": broker and broker["password"],
        "web-password-file": options.get("web_password"),
    }
    for key, password in passwords.items():
        if password:
            settings[key] = str(write(folder / key, password))
    if options.get("web_password"):
        settings["web"] = f"0.0.0.0:{PORT}"
    if host := options.get("web_host"):
        settings["web-host"] = host
    if options["history"]:
        settings["history"] = str(state / "labels.db")
    return settings


def to_toml(settings: Settings, more: Sequence[str]) -> str:
    """Return the settings as TOML, with the user's own lines below them."""
    text = "\n".join(more)
    try:
        keys = tomllib.loads(text).keys()
    except (ValueError, RecursionError) as error:
        raise Problem(f"settings: not TOML, such as face-threshold = 0.7: {error}") from None
    if twice := sorted(keys & OWN):
        raise Problem(f"settings: {twice[0]} follows from the other options; change those")
    # TOML's strings are JSON's, except for DEL, which no option needs.
    return (
        "".join(
            f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in settings.items()
        )
        + text
    )


def write(path: Path, text: str) -> Path:
    """Write a file that only this user may read."""
    path.write_text(text, encoding="utf-8")
    return path


def become(user: str, folder: Path, state: Path) -> None:
    """Give folders to a user, and become that user, with the groups that may open webcams.

    folder: given with the files that were just written in it. state: what is in it is already the
    user's.
    """
    entry = pwd.getpwnam(user)
    for path in (state, folder, *folder.iterdir()):
        os.chown(path, entry.pw_uid, entry.pw_gid)
    os.setgroups(webcam_groups(Path("/dev")))
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def webcam_groups(devices: Path) -> list[int]:
    """Return the groups that own webcams, but never root's.

    The number of the group video outside the container may be another one.
    """
    return sorted({path.stat().st_gid for path in devices.glob("video*")} - {0})


def warn(text: str) -> None:
    """Write a line to the app's log."""
    sys.stderr.write(f"emotion-edge: {text}\n")
    sys.stderr.flush()


def run(arguments: Sequence[str]) -> int:
    """Do what `main` does; return the exit code if that fails."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        main(Path(arguments[0]), *arguments[1:])
    except (Problem, OSError) as error:
        warn(f"error: {escape(str(error))}")
        return 2 if isinstance(error, Problem) else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
