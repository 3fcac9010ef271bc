"""The password for a network camera: from its address, a file, or systemd's credentials."""

from pathlib import Path

from emotion_edge.capture.network.address import CameraAddress
from emotion_edge.errors import UserError
from emotion_edge.system.core_dumps import hide_memory
from emotion_edge.system.password_file import credential_file, read_password_file

PASSWORD_OPTION = "--source-password-file"  # noqa: S105 - the option's name
CA_OPTION = "--source-ca-file"
CREDENTIAL_NAME = "emotion-edge.source-password"  # among systemd's credentials
MAX_BYTES = 1000


def password_path(file: Path | None) -> Path | None:
    """Return the file with the password: `file`, or systemd's credential; None without one."""
    return file or credential_file(CREDENTIAL_NAME)


def find_password(address: CameraAddress, file: Path | None) -> str | None:
    """Return the password for the address's user; None without a user.

    file: --source-password-file. If there is a password, other processes cannot read this one's
    memory from now on. Raises UserError if the file cannot be read, is for nobody, or is missing.
    """
    if address.user is None:
        if file:
            remedy = f"write {address.scheme}://USER@{address.url.partition('://')[2]}"
            raise UserError(f"{PASSWORD_OPTION}: the address in --source has no user", remedy)
        return None
    if address.password is not None:
        if file:
            raise UserError(f"{PASSWORD_OPTION}: the address in --source has a password already")
        hide_memory()
        return address.password
    path = password_path(file)
    if path is None:
        raise UserError(
            f"--source {address.shown}: there is no password for the user {address.user}",
            f"give {PASSWORD_OPTION} PATH; for an empty password write a colon, {address.user}:@",
        )
    return read_password_file(PASSWORD_OPTION, path, MAX_BYTES)
