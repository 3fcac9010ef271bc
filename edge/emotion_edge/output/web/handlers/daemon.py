"""Answers that only the page of `run` gives."""

from typing import cast

from emotion_edge.output.web.daemon_site import DaemonSite
from emotion_edge.output.web.handlers.base import Handler


class DaemonHandler(Handler):
    """Answers with what the daemon knows."""

    @property
    def site(self) -> DaemonSite:
        """What all handlers share."""
        return cast("DaemonSite", super().site)
