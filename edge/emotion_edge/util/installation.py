"""Commands that install packages into the environment in which this program runs.

Error messages name them. They run the pip of this environment, because Debian's own pip refuses to
install, and they name the packages of an extra, because no package index holds this program.

importlib.metadata takes two megabytes, which a daemon that runs well does not need. So it is
imported where it is used.
"""

import os
import re
import shlex
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np

DISTRIBUTION = "emotion-edge"
_NAME_END = re.compile(r"[^\w.-]")
_NUMPY = re.compile(r"numpy\b")


def pip_command(*arguments: str) -> str:
    """Return a command that runs this environment's pip, with sudo if the user may not write there.

    arguments: those of pip, such as "install", "--no-deps".
    """
    words = [sys.executable, "-m", "pip", *arguments]
    writable = os.access(sysconfig.get_path("purelib"), os.W_OK)
    return shlex.join(words if writable else ["sudo", *words])


def install_hint(extra: str, *, again: bool = False) -> str:
    """Return the command that installs the packages of an extra, or why there is none.

    It keeps a numpy of apt, which picamera2 was compiled against. extra: or the name of a package
    that the program needs without any extra. again: also if they are installed, for packages that
    do not work.
    """
    packages = _requirements(extra)
    if packages is None:  # not installed, or before the extra existed
        return f"{pip_command('install', f'.[{extra}]')} in a checkout of {DISTRIBUTION}"
    if not packages:
        python = "{}.{}".format(*sys.version_info)
        return f"[{extra}] has no packages for Python {python}"
    if not Path(np.__file__).is_relative_to(sys.prefix):
        packages = [each for each in packages if not _NUMPY.match(each)]
        packages += [] if again else [f"numpy=={installed_version('numpy')}"]
    options = ["--force-reinstall", "--no-deps"] if again else []
    return pip_command("install", *options, *packages)


def installed_version(distribution: str) -> str | None:
    """Return the version of an installed distribution; None if it is not installed by pip.

    Debian's files may lack pip's metadata.
    """
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def project_url(label: str) -> str | None:
    """Return the address that [project.urls] of pyproject.toml gives a label; None without one."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415

    try:
        urls = metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    addresses = dict(each.partition(", ")[::2] for each in urls)
    return addresses.get(label)


def _requirements(extra: str) -> list[str] | None:
    """Return the packages of an extra for this Python; None if the installed program lacks it."""
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415

    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return None
    found = list(_of_extra(lines, extra))
    return [package for package, suits in found if suits] if found else None


def _of_extra(lines: list[str], extra: str) -> Iterator[tuple[str, bool]]:
    """Yield each package of an extra, and whether it is for this Python; see `install_hint`.

    lines: the values of Requires-Dist. Of the markers, pyproject.toml uses only these on a Pi.
    """
    for line in lines:
        package, _, marker = line.partition(";")
        wanted = re.search(rf"""extra == ["']{re.escape(extra)}["']""", marker)
        if wanted or ("extra ==" not in marker and _NAME_END.split(package)[0] == extra):
            newest = re.search(r"""python_version < ["'](\d+)\.(\d+)""", marker)
            below = tuple(map(int, newest.groups())) if newest else (sys.version_info[0] + 1,)
            yield package.strip(), sys.version_info[:2] < below
