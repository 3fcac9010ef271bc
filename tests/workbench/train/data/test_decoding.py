"""Large pictures that are decoded at once do not fill the memory."""

import os
import threading
import time

import pytest

import train.data.cache
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.contract import Contract
from tests.workbench.conftest import COLOURS
from train.data.decoding import decoding_pool
from train.data.image_folder import load_split
from train.prepare import near_duplicates

PICTURE = 1.03e9  # bytes that decoding 64 megapixels takes at most


@pytest.mark.parametrize(
    ("cores", "gigabytes", "threads"), [(64, 16, 7), (4, 64, 4), (8, 1, 1), (None, 8, 1)]
)
def test_as_many_threads_as_cores_but_no_more_than_the_memory_allows(
    cores, gigabytes, threads, monkeypatch
):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": gigabytes * 10**9 // 4096}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__)
    together = threading.Barrier(threads)
    with decoding_pool() as pool:
        names = pool.map(lambda _: (together.wait(10), threading.get_ident())[1], range(threads))
        assert len(set(names)) == threads
        assert pool._max_workers == threads
    assert threads == 1 or threads * PICTURE <= gigabytes * 1e9 / 2


def test_training_and_the_search_for_copies_decode_in_such_threads(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": 10**9}.__getitem__)
    threads = set()

    def read(*arguments):
        threads.add(threading.get_ident())
        time.sleep(0.01)
        return read_image(*arguments)

    contract = Contract(labels=tuple(COLOURS), width=8, height=8, activation="softmax")
    for module in (train.data.cache, near_duplicates):
        monkeypatch.setattr(module, "read_image", read)
    load_split(photos / "train", contract, tmp_path / "cache")
    assert len(threads) == 1
    near_duplicates.check_for_leaks(photos)
    assert len(threads) <= 2
