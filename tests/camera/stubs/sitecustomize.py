"""Python runs this first: two of picamera2's habits that a virtual camera cannot bear, changed.

It has no sensor to ask for raw modes, and its buffers have two planes, where picamera2's own have
one. Everything else of picamera2 is as it was installed.
"""

import importlib.util
import sys


def adapt(module):
    """Change picamera2's class, just imported."""
    from picamera2.allocators import LibcameraAllocator

    camera = module.Picamera2
    configure = camera.configure_

    def with_libcameras_buffers(self, config):
        self.allocator = LibcameraAllocator(self.camera)
        configure(self, config)

    camera.configure_ = with_libcameras_buffers
    camera._get_raw_modes = lambda _: [{"format": "NV12", "size": (640, 480)}]


class Finder:
    """Lets `adapt` follow the import of one module."""

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
