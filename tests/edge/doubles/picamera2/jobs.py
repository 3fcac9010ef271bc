"""Completed requests, the jobs that ask for them, and the threads that serve both."""

import threading
from concurrent.futures import CancelledError, Future

import numpy as np
from PIL import Image

from .memory import ORDER, array_of


class Job:
    """As in 0.3.12: waiting for it has no timeout."""

    def __init__(self, signal_function):
        self.future = Future()
        self._signal = signal_function

    def finish(self, request):
        self.future.set_result(request)
        if self._signal:
            self._signal(self)

    def cancel(self):
        self.future.set_exception(CancelledError())

    def get_result(self):
        return self.future.result()


class CompletedRequest:
    """A filled buffer, which the camera cannot reuse until it is released."""

    def __init__(self, camera, buffers, metadata):
        self._camera, self._buffers, self._metadata = camera, buffers, metadata
        self._config, self._uses = camera.camera_configuration(), 1

    def release(self):
        self._uses -= 1
        if self._uses < 0:
            raise RuntimeError("CompletedRequest: lock now has negative ref_count")
        self._camera.return_buffer()

    def get_metadata(self):
        return dict(self._metadata)

    def make_array(self, name):
        if self._config.get(name) is None:
            raise RuntimeError(f"Stream {name!r} is not defined")
        array = array_of(self._buffers[name], self._config[name])
        fault = self._camera.plan["array"]
        if fault == "shape":
            return array[:, :, 0] if array.ndim == 3 else array[:-2]
        return np.pad(array, ((0, 0), (0, 32))) if fault == "stride" else array

    def make_image(self, name):
        layout = self._config[name]["format"]
        if layout not in ORDER:
            raise RuntimeError(f"Stream format {layout} not supported for PIL images")
        array = self.make_array(name)
        return Image.fromarray(array[:, :, ["RGB".index(c) for c in ORDER[layout][:3]]])


class StoppableThread:
    """A thread that runs until it is ended."""

    def __init__(self, work):
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=work, args=(self._stopping,), daemon=True)
        self._thread.start()

    def end(self):
        self._stopping.set()
        self._thread.join()
