"""Streams of pictures (MJPEG) and events (Server-Sent Events), each as long as its viewer reads."""

import time
from contextlib import suppress

from tornado.iostream import StreamClosedError

from emotion_edge.output.web.handlers.base import CHECK_S, SLOW_S, Handler

PING_S = 15.0
BOUNDARY = "emotion-edge"


class Stream(Handler):
    """An answer without an end."""

    _left = False

    def set_default_headers(self) -> None:
        """Set the headers of all answers, and one for proxies of nginx's kind."""
        super().set_default_headers()
        self.set_header("X-Accel-Buffering", "no")

    def on_connection_close(self) -> None:
        """Note that the viewer has left."""
        self._left = True

    def goes_on(self) -> bool:
        """Tell whether the viewer is there, and the session has not ended."""
        guard = self.site.guard
        if self._left or self.entry != "session":
            return not self._left
        return guard.sessions.lasts(self.get_cookie(guard.sessions.name) or "")

    async def send(self) -> None:
        """Send what has been written; raises StreamClosedError for a viewer that does not read."""
        # One picture or a second of events is all that ever waits for a viewer.
        await self.taken(self.flush(), SLOW_S)


class PictureStream(Stream):
    """GET /stream.mjpg."""

    async def get(self) -> None:
        """Send each picture, or the newest whenever the viewer has read the former one."""
        if self.site.pictures is None:
            self.refuse(404, "no picture is shown here")
        with self.watching("picture"), suppress(StreamClosedError):
            self.set_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
            self.write(f"--{BOUNDARY}\r\n")
            await self.send()
            while self.goes_on():
                jpeg = await self.site.picture_hub.next("stream", CHECK_S)
                if jpeg and not self.site.is_hidden():  # it may have been paused meanwhile
                    self._write_part(jpeg)
                    await self.send()

    def _write_part(self, jpeg: bytes) -> None:
        self.write(f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n")
        self.write(jpeg)
        # At once, because browsers show a picture when the boundary has come.
        self.write(f"\r\n--{BOUNDARY}\r\n")


class EventStream(Stream):
    """GET /api/events."""

    async def get(self) -> None:
        """Send lines and states as they come."""
        with (
            self.watching("events"),
            self.site.events.reader() as reader,
            suppress(StreamClosedError),
        ):
            self.set_header("Content-Type", "text/event-stream; charset=UTF-8")
            self.write("retry: 1000\n\n")
            pinged = time.monotonic()
            while self.goes_on():
                if reader.is_slow:
                    self.drop()
                for each in await reader.take(CHECK_S):
                    self.write(f"event: {each.name}\ndata: {each.data}\n\n")
                if time.monotonic() - pinged >= PING_S:
                    pinged = time.monotonic()
                    self.write(": ping\n\n")
                await self.send()
