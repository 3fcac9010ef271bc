"""POST /api/faces: a picture in, its faces out. The picture is not kept."""

import asyncio
import logging

from tornado.web import stream_request_body

from emotion_edge.errors import RunError, UserError
from emotion_edge.imaging.image_files import ImageError
from emotion_edge.imaging.picture_formats import HEAD_BYTES, format_of
from emotion_edge.output.web.handlers.daemon import DaemonHandler
from emotion_edge.output.web.worker import BusyError
from emotion_edge.util.child_process import StoppedError

MAX_BYTES = 16 << 20
BODY_TIMEOUT_S = 60.0
log = logging.getLogger(__name__)


@stream_request_body
class FacesHandler(DaemonHandler):
    """Takes a picture's bytes in as they come, so that a larger one never fills the memory."""

    _has_place = _is_read = False

    def prepare(self) -> None:
        """Refuse a picture before it comes: if it says that it is too large, or others are open."""
        super().prepare()
        self._content = bytearray()
        connection = self.request.connection
        connection.set_max_body_size(MAX_BYTES)  # type: ignore[union-attr]
        connection.set_body_timeout(BODY_TIMEOUT_S)  # type: ignore[union-attr]
        if int(self.request.headers.get("Content-Length", "0")) > MAX_BYTES:
            self.refuse(413, f"a picture may have {MAX_BYTES:,} bytes")
        try:
            self.site.faces.worker.enter()
        except BusyError:
            self.refuse(503, "other pictures wait; try again later", {"Retry-After": "5"})
        self._has_place = True

    def on_finish(self) -> None:
        """Let another picture come."""
        self._leave()

    def on_connection_close(self) -> None:
        """Let another picture come, unless this one is in the memory until it has been read."""
        super().on_connection_close()
        if not self._is_read:
            self._leave()

    def _leave(self) -> None:
        if self._has_place:
            self._has_place = False
            self.site.faces.worker.leave()

    def data_received(self, chunk: bytes) -> None:
        """Collect what has come."""
        self._content += chunk

    async def post(self) -> None:
        """Answer with the faces."""
        if not self._has_place:
            return  # the client left when it had sent all
        self._is_read = True
        try:
            await self._read()
        finally:
            self._leave()

    async def _read(self) -> None:
        content, self._content = bytes(self._content), bytearray()
        if format_of(content[:HEAD_BYTES]) is None:
            self.refuse(415, "this is not a picture of a kind that is read here")
        reader = self.site.faces
        try:
            faces = await asyncio.wrap_future(reader.worker.submit(reader.read, content))
        except ImageError as error:
            self.refuse(400, f"the picture cannot be read: {error}")
        except (UserError, RunError, StoppedError) as error:
            log.warning("--web: POST /api/faces: %s", error)
            self.refuse(503, "the model cannot be used now; the log says why")
        self.answer({"faces": faces})
