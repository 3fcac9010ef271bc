"""The API's short answers: state, health, snapshot, pause and resume."""

import asyncio
from contextlib import suppress

from emotion_edge.output.web.handlers.base import Handler
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

    _coming: asyncio.Future[bytes | None] | None = None

    async def get(self) -> None:
        """Answer with the next frame that is judged, as a JPEG with boxes and labels."""
        site = self.site
        if site.pictures is None:
            self.refuse(404, "no picture is shown here")
        self._check_frames()
        with site.viewers.asking(self.address):
            site.pictures.wants_snapshot = True
            jpeg = await self._next()
        self._check_frames()
        if jpeg is None:
            self.refuse(404, "no frame has come")
        self.set_header("Content-Type", "image/jpeg")
        self.finish(jpeg)

    async def _next(self) -> bytes | None:
        """Wait for a picture, for as long as the client does; None if none has come."""
        waiting = self.site.picture_hub.next("snapshot", self.site.patience)
        self._coming = asyncio.ensure_future(waiting)
        with suppress(asyncio.CancelledError):
            return await self._coming
        return None

    def on_connection_close(self) -> None:
        """Wait no longer: who has left does not watch."""
        if self._coming:
            self._coming.cancel()

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
