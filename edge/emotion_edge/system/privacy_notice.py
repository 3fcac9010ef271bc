"""The privacy notice that is logged on first start."""

import logging

from emotion_edge.system.paths import state_directory

NOTICE = """\
emotion-edge labels the expressions on faces in view; it does not know what anyone feels.
Tell the people in view that it is running: `emotion-edge notice` writes a sign. In the European
Union, inferring the emotions of people at work or in education is prohibited, except for medical
or safety reasons (AI Act, Art. 5(1)(f)). Do not change this program into a high-risk AI system.
Frames stay on this computer and are not stored. This notice is shown once."""
MARK = "notice-shown"  # the file in the state directory that records it
log = logging.getLogger(__name__)


def show_notice() -> None:
    """Log the notice unless the state directory records that it has been shown."""
    mark = state_directory() / MARK
    try:
        if mark.exists():
            return
    except OSError:  # no permission to look into the state directory
        pass
    for line in NOTICE.splitlines():
        log.warning(line)
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:
        log.debug("%s: cannot write it: %s; the notice will be shown again", mark, error.strerror)
