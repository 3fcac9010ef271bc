"""A test double of picamera2 that behaves like the real one, without a camera.

It follows the sources of picamera2 0.3.12 to 0.3.38. $PICAMERA2_DOUBLE is JSON with keys of `PLAN`
and, optionally, "openings": a list of such keys for the first, second, … time that the camera is
opened; the last one applies from then on.
"""

import atexit
import json
import os
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
from PIL import Image

from .jobs import CompletedRequest, Job
from .memory import ORDER, YUV, fill, length_of, stride_of, view

PLAN = {
    "scene": None,  # an image file: the view of the camera
    "cameras": 1,
    "platform": "vc4",  # or "pisp", which has RGB in lores too
    "adjust": {},  # of main: changes that libcamera makes to the requested configuration
    "adjust_lores": {},
    "align": 64,  # bytes
    "space": ["Rec601", "Limited"],  # None: not reported
    "paced": True,  # whether frame durations can be set; if not, the rate is `rate`
    "rate": 30.0,
    "stamped": True,  # whether frames have a SensorTimestamp
    "frames": None,  # stop after this many
    "gone": 0.0,  # seconds after that during which no camera is found
    "array": None,  # "shape" or "stride": contradict the configuration in it
    "short": 0,  # bytes missing at the end of buffers
    "busy": False,
    "hang": None,  # "open" or "close"
}
STREAM_KEYS = ("format", "size", "stride", "preserve_ar")
_openings = 0
_back = 0.0  # when a lost camera returns
_taken = set()


def _plan():
    given = json.loads(os.environ.get("PICAMERA2_DOUBLE", "{}"))
    openings = given.pop("openings", [{}])
    return PLAN | given | openings[min(_openings, len(openings) - 1)]


class Picamera2:
    """One camera."""

    def __init__(self, camera_num=0, tuning=None, allocator=None):
        global _openings  # noqa: PLW0603 - the camera's state outlives its object
        self.is_open = False
        self.notifyme_r, self.notifyme_w = os.pipe2(os.O_NONBLOCK)
        self.notifymeread = os.fdopen(self.notifyme_r, "rb")
        self.plan = _plan()
        there = self.global_camera_info()
        _openings += 1
        if self.plan["hang"] == "open":
            threading.Event().wait()
        if camera_num >= len(there):
            raise RuntimeError(
                f'No camera number {camera_num} found - use "rpicam-hello --list-cameras" to check '
                "connected cameras"
            )
        try:
            if self.plan["busy"] or camera_num in _taken:
                raise RuntimeError("Failed to acquire camera: Device or resource busy")
        except RuntimeError as error:
            raise RuntimeError("Camera __init__ sequence did not complete.") from error
        _taken.add(camera_num)
        self._number, self.is_open, self.started = camera_num, True, False
        self._config, self._jobs, self._completed = {}, [], []
        self._lock = threading.Condition()
        self._loop = self._sensor = None
        atexit.register(self.close)

    @staticmethod
    def global_camera_info():
        count = _plan()["cameras"] if time.monotonic() >= _back else 0
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
        main = _stream({"format": "XBGR8888", "size": (1280, 720)}, main or {})
        if lores is not None:
            lores = _stream({"format": "YUV420", "size": main["size"]}, lores)
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
        main, lores = dict(config["main"]), config["lores"] and dict(config["lores"])
        for name, stream in (("main", main), ("lores", lores)):
            if stream and stream["format"] not in (*ORDER, *YUV):
                raise RuntimeError(f"Bad format {stream['format']} in stream {name}")
        if lores:
            if lores["size"][0] > main["size"][0] or lores["size"][1] > main["size"][1]:
                raise RuntimeError("lores stream dimensions may not exceed main stream")
            if self.plan["platform"] == "vc4" and lores["format"] not in YUV:
                raise RuntimeError("lores stream must be YUV")
            self._settle(lores, self.plan["adjust_lores"])
        if not self.plan["paced"] and "FrameDurationLimits" in config["controls"]:
            raise RuntimeError("Control FrameDurationLimits is not advertised by libcamera")
        self._settle(main, self.plan["adjust"])
        space = self.plan["space"] and SimpleNamespace(
            ycbcrEncoding=SimpleNamespace(name=self.plan["space"][0]),
            range=SimpleNamespace(name=self.plan["space"][1]),
        )
        self._config = {**config, "main": main, "lores": lores, "colour_space": space}

    def _settle(self, stream, adjust):
        stream.update({k: tuple(v) if k == "size" else v for k, v in adjust.items()})
        width, height = stream["size"]
        stream["stride"] = stride_of(stream["format"], width, self.plan["align"])
        stream["framesize"] = length_of(stream["format"], height, stream["stride"])

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
            self._loop = _Thread(self._run_jobs)
        self._sensor = _Thread(self._expose)

    def _filled(self, name):
        stream = self._config[name]
        with Image.open(self.plan["scene"]) as scene:
            pixels = view(scene.convert("RGB"), self._config["main"]["size"], stream["size"])
        space = self.plan["space"] or ("Rec601", "Limited")
        data = fill(stream["format"], pixels, stream["stride"], space)
        return data[: len(data) - self.plan["short"]]

    def _expose(self, stopping):
        global _back  # noqa: PLW0603 - as above
        span = 1 / self.plan["rate"]
        if self.plan["paced"]:
            span = self._config["controls"]["FrameDurationLimits"][0] / 1e6
        count, due = 0, time.monotonic()
        while not stopping.wait(max(0, due - time.monotonic())):
            if count == self.plan["frames"]:
                _back = time.monotonic() + self.plan["gone"]
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

    def _run_jobs(self, stopping):
        while not stopping.is_set():
            finished = []
            with self._lock:
                self._lock.wait(0.05)
                while self._jobs and self._completed:
                    finished.append((self._jobs.pop(0), self._completed.pop(0)))
                old, self._completed = self._completed[:-1], self._completed[-1:]
            for request in old:  # only the newest is kept for the next job
                request.release()
            for job, request in finished:
                job.finish(request)

    def give_back(self, _):
        with self._lock:
            self._free += 1

    def capture_request(self, wait=None, signal_function=None):
        if wait is None:
            wait = signal_function is None
        with self._lock:
            job = Job(signal_function)
            self._jobs.append(job)
            self._lock.notify_all()
        if not wait:
            return job
        return job.future.result(timeout=None if wait is True else wait)  # True: no timeout

    @contextmanager
    def captured_request(self, wait=None):
        request = self.capture_request(wait)
        try:
            yield request
        finally:
            request.release()

    def capture_array(self, name="main", wait=None):
        with self.captured_request(wait) as request:
            return np.array(request.make_array(name))

    # ------------------------------------------------------------------------------- shutdown

    def cancel_all_and_flush(self):
        with self._lock:
            for job in self._jobs:
                job.cancel()
            self._jobs = []

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
        _taken.discard(self._number)
        self.notifymeread.close()
        os.close(self.notifyme_w)

    @property
    def missing(self):
        """How many buffers have not been returned; only the double has this."""
        return self._config["buffer_count"] - self._free


def _stream(usual, given):
    for key in given:
        if key not in STREAM_KEYS:
            raise ValueError(f"Bad key {key!r}: valid stream configuration keys are {STREAM_KEYS}")
    stream = usual | given
    width, height = stream["size"]
    return stream | {"size": (width - width % 2, height - height % 2)}


class _Thread:
    """A thread that runs until it is ended."""

    def __init__(self, work):
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=work, args=(self._stopping,), daemon=True)
        self._thread.start()

    def end(self):
        self._stopping.set()
        self._thread.join()
