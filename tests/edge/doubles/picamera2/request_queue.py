"""The buffers of a started camera, and the jobs that wait for them."""

import threading
from contextlib import contextmanager

import numpy as np

from .jobs import Job


class RequestQueue:
    """Gives completed requests to jobs, in their order."""

    def __init__(self):
        self._config, self._jobs, self._completed, self._free = {}, [], [], 0
        self._lock = threading.Condition()

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

    def return_buffer(self):
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

    def cancel_all_and_flush(self):
        with self._lock:
            for job in self._jobs:
                job.cancel()
            self._jobs = []

    @property
    def missing(self):
        """How many buffers have not been returned; only the double has this."""
        return self._config["buffer_count"] - self._free
