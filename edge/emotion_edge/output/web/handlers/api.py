"""The API's short answers: state, health, snapshot, pause and resume."""

import time

from emotion_edge.output.web.handlers.base import CHECK_S, SLOW_S, Handler
from emotion_edge.output.web.handlers.daemon import DaemonHandler
from emotion_edge.output.web.state import reason


class StateHandler(Handler):
    """GET /api/state."""

    def get(self) -> None:
        """Answer with what the page shows."""
        self.site.viewers.asked(self.address)
        self.answer(self.site.state())

    def head(self) -> None:
        """Answer without the state itself."""
        self.get()


class HealthHandler(DaemonHandler):
    """GET /healthz: for whoever watches over the daemon, so nothing else is in it."""

    needs_login = False

    def get(self) -> None:
        """Answer with "ok" or "paused", or with status 503 and why there are no frames."""
        stats = self.site.stats
        trouble = reason(stats)
        status = trouble or ("paused" if stats.paused else "ok")
        self.answer({"status": status}, 503 if trouble else 200)

    def head(self) -> None:
        """Answer by the status of HTTP alone."""
        self.get()


class SnapshotHandler(DaemonHandler):
    """GET /api/snapshot.jpg."""

    _left = False

    def on_connection_close(self) -> None:
        """Let another one wait in place of a client that has left."""
        super().on_connection_close()
        self._left = True

    async def get(self) -> None:
        """Answer with the next frame that is judged, as a JPEG with boxes and labels."""
        if self.site.pictures is None:
            self.refuse(404, "no picture is shown here")
        self._check_frames()
        with self.watching("snapshot"):
            jpeg = await self._next()
            if jpeg is not None:
                await self.hand_over(jpeg, "image/jpeg", SLOW_S)

    async def _next(self) -> bytes | None:
        """Return the next picture; None if the client has left."""
        end = time.monotonic() + self.site.patience
        while not self._left:
            jpeg = await self.site.picture_hub.next("snapshot", CHECK_S)
            self._check_frames()
            if jpeg is not None:
                return jpeg
            if time.monotonic() >= end:
                self.refuse(404, "no frame has come")
        return None

    def _check_frames(self) -> None:
        if self.site.stats.paused:
            self.refuse(404, "no picture: it is paused")
        if trouble := reason(self.site.stats):
            self.refuse(404, f"no picture: {trouble}")


class CommandHandler(DaemonHandler):
    """POST /api/pause and /api/resume."""

    def initialize(self, paused: bool) -> None:
        """paused: which of them it is."""
        self._paused = paused

    def post(self) -> None:
        """Pause or resume, and show it at once."""
        site = self.site
        if self._paused != site.stats.paused:
            site.pause(paused=self._paused)
        self.answer({"paused": site.stats.paused})
