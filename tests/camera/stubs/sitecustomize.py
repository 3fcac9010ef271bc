"""Adapt picamera2 to virtual cameras in two places; Python runs this module at startup.

A virtual camera has no sensor to ask for raw modes, and its buffers have two planes instead of the
one that picamera2 allocates. The rest of picamera2 is unmodified.
"""

import importlib.util
import sys


def adapt(module):
    """Patch the class of the module that was just imported."""
    from picamera2.allocators import LibcameraAllocator

    camera = module.Picamera2
    configure = camera.configure_

    def with_libcameras_buffers(self, config):
        self.allocator = LibcameraAllocator(self.camera)
        configure(self, config)

    camera.configure_ = with_libcameras_buffers
    camera._get_raw_modes = lambda _: [{"format": "NV12", "size": (640, 480)}]


class Finder:
    """Run `adapt` after the import of picamera2."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "picamera2.picamera2":
            return None
        sys.meta_path.remove(Finder)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (load(module), adapt(module))
        return spec


sys.meta_path.insert(0, Finder)
