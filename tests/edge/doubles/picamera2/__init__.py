"""A test double of picamera2 that behaves like the real one, without a camera.

It follows the sources of picamera2 0.3.12 to 0.3.38. $PICAMERA2_DOUBLE is JSON with keys of
`PLAN` (plan.py) and, optionally, "openings": a list of such keys for the first, second, … time that
the camera is opened. The last one applies to all later times.
"""

import atexit
import os
import sys
import threading
import time

from PIL import Image

from .configuration import complete_stream, settle
from .jobs import CompletedRequest, StoppableThread
from .memory import fill, view
from .plan import read_plan
from .request_queue import RequestQueue

_openings = 0
_back_at = 0.0  # when a lost camera returns
_in_use = set()


class Picamera2(RequestQueue):
    """One camera."""

    def __init__(self, camera_num=0, tuning=None, allocator=None):
        global _openings  # noqa: PLW0603 - the camera's state outlives its object
        self.is_open = False
        self.notifyme_r, self.notifyme_w = os.pipe2(os.O_NONBLOCK)
        self.notifymeread = os.fdopen(self.notifyme_r, "rb")
        self.plan = read_plan(_openings)
        cameras = self.global_camera_info()
        _openings += 1
        if self.plan["hang"] == "open":
            sys.stderr.write("the double hangs\n")
            threading.Event().wait()
        if camera_num >= len(cameras):
            raise RuntimeError(
                f'No camera number {camera_num} found - use "rpicam-hello --list-cameras" to check '
                "connected cameras"
            )
        try:
            if self.plan["busy"] or camera_num in _in_use:
                raise RuntimeError("Failed to acquire camera: Device or resource busy")
        except RuntimeError as error:
            raise RuntimeError("Camera __init__ sequence did not complete.") from error
        _in_use.add(camera_num)
        self._number, self.is_open, self.started = camera_num, True, False
        super().__init__()
        self._loop = self._sensor = None
        atexit.register(self.close)

    @staticmethod
    def global_camera_info():
        count = read_plan(_openings)["cameras"] if time.monotonic() >= _back_at else 0
        return [{"Model": "double", "Id": f"/base/{i}", "Num": i} for i in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def camera_controls(self):
        return {"FrameDurationLimits": (8333, 120_000_000, 33333)} if self.plan["paced"] else {}

    # ------------------------------------------------------------------------- configuration

    def create_video_configuration(self, main=None, lores=None, buffer_count=6, controls=None, **_):
        main = complete_stream({"format": "XBGR8888", "size": (1280, 720)}, main or {})
        if lores is not None:
            lores = complete_stream({"format": "YUV420", "size": main["size"]}, lores)
        return {
            "main": main,
            "lores": lores,
            "buffer_count": buffer_count,
            "controls": dict.fromkeys(self.camera_controls, (33333, 33333)) | (controls or {}),
        }

    def create_preview_configuration(self, main=None, buffer_count=4, **rest):
        main = {"size": (640, 480)} | (main or {})
        return self.create_video_configuration(main, buffer_count=buffer_count, **rest)

    def configure(self, config):
        if self.started:
            raise RuntimeError("Camera must be stopped before configuring")
        self._config = settle(config, self.plan)

    def camera_configuration(self):
        return self._config

    # --------------------------------------------------------------------------------- frames

    def start(self, config=None, show_preview=False):
        if config is not None:
            self.configure(config)
        if not self._config:
            raise RuntimeError("Camera has not been configured")
        if self.started:
            return
        self.started, self._free = True, self._config["buffer_count"]
        self._buffers = {
            name: self._filled(name) for name in ("main", "lores") if self._config[name]
        }
        if self._loop is None:
            self._loop = StoppableThread(self._run_jobs)
        self._sensor = StoppableThread(self._expose)

    def _filled(self, name):
        stream = self._config[name]
        with Image.open(self.plan["scene"]) as scene:
            pixels = view(scene.convert("RGB"), self._config["main"]["size"], stream["size"])
        space = self.plan["space"] or ("Rec601", "Limited")
        data = fill(stream["format"], pixels, stream["stride"], space)
        return data[: len(data) - self.plan["short"]]

    def _expose(self, stopping):
        global _back_at  # noqa: PLW0603 - as above
        span = 1 / self.plan["rate"]
        if self.plan["paced"]:
            span = self._config["controls"]["FrameDurationLimits"][0] / 1e6
        count, due = 0, time.monotonic()
        while not stopping.wait(max(0, due - time.monotonic())):
            if count == self.plan["frames"]:
                _back_at = time.monotonic() + self.plan["gone"]
                stopping.wait()
                return
            count, due = count + 1, due + span
            with self._lock:
                if self._free:  # otherwise the camera stalls until a buffer is returned
                    self._free -= 1
                    self._completed.append(CompletedRequest(self, self._buffers, self._stamp(span)))
                    self._lock.notify_all()

    def _stamp(self, span):
        if not self.plan["stamped"]:
            return {}
        return {"SensorTimestamp": time.monotonic_ns(), "FrameDuration": round(span * 1e6)}

    # ------------------------------------------------------------------------------- shutdown

    def stop_preview(self):
        if self._loop is None:
            raise RuntimeError("No preview specified.")
        self._loop.end()
        self._loop = None

    def stop(self):
        if not self.started:
            return
        if self._loop is not None:  # stopping is a job too, and waits for the earlier ones
            while self._jobs:
                time.sleep(0.01)
        self._sensor.end()
        self.started = False

    def close(self):
        atexit.unregister(self.close)
        if not self.is_open:
            return
        if self.plan["hang"] == "close":
            threading.Event().wait()
        if self._loop is not None:
            self.stop_preview()
        self.stop()
        self.is_open = False
        _in_use.discard(self._number)
        self.notifymeread.close()
        os.close(self.notifyme_w)
