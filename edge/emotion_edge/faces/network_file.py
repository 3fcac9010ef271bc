"""The files of the networks that find faces, which are part of this package."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from emotion_edge.errors import UserError
from emotion_edge.util.installation import pip_command
from emotion_edge.util.regular_file import read_regular_file

INSTALL = "install emotion-edge again; in a checkout: " + pip_command(
    "install", "--no-deps", "--editable", "."
)
_MAX_BYTES = 1024**2  # the largest has 229 KB


class NetworkFile(NamedTuple):
    """A network's file, and the SHA-256 of what is in it, in hexadecimal."""

    path: Path
    sha256: str

    def read(self) -> bytes:
        """Return the network's bytes. Raises UserError if the file is missing or damaged.

        A damaged network may be loaded without complaint, and find nothing, crash or hang.
        """
        try:
            content = read_regular_file(self.path, _MAX_BYTES)
        except OSError as error:
            reason = f"{self.path}: cannot read the face detector's network: {error.strerror}"
            raise UserError(reason, INSTALL) from None
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise UserError(f"{self.path}: not the network that this program knows", INSTALL)
        return content
