"""How many pictures are decoded at once: one for each core, if the memory is enough for them."""

import os
from concurrent.futures import ThreadPoolExecutor

from emotion_edge.imaging.image_files import WORKSTATION_MEGAPIXELS

_BYTES_PER_PIXEL = 16  # that decoding takes at most
_MEMORY_SHARE = 0.5  # the rest is for the network


def decoding_pool() -> ThreadPoolExecutor:
    """Return threads that decode pictures in half of this computer's memory.

    Threads are enough: Pillow releases the interpreter lock while it decodes and scales.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    pictures = _MEMORY_SHARE * memory / (WORKSTATION_MEGAPIXELS * 1e6 * _BYTES_PER_PIXEL)
    return ThreadPoolExecutor(max(1, min(int(pictures), os.cpu_count() or 1)))
