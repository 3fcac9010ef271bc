"""What everybody who points a camera at people must have read once."""

import logging

from emotion_edge.system.paths import state_directory

NOTICE = """\
emotion-edge names the expression on faces in view; it does not know what anybody feels.
Tell the people in view that it runs. In the European Union it is prohibited to infer emotions of
people at work or in education (AI Act, Art. 5(1)(f)), medical and safety reasons apart.
Frames stay on this computer and are not stored. This is said once."""
MARK = "notice-shown"
log = logging.getLogger("emotion-edge")


def show_notice() -> None:
    """Log the notice, unless a mark in the state directory says that it has been."""
    mark = state_directory() / MARK
    try:
        if mark.exists():
            return
    except OSError:  # a folder above that is closed to us
        pass
    for line in NOTICE.splitlines():
        log.warning(line)
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:
        log.debug("%s: cannot be written: %s; the notice will be shown again", mark, error.strerror)
