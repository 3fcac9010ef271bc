"""Large pictures do not fill the memory, and a pipe in place of a table stops nothing."""

import os
import threading
import time

import pytest
from PIL import Image

import train.data.cache
from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import read_picture
from emotion_edge.model.crop_rule import DEFAULT_CROP_RULE
from tests.workbench.conftest import COLOURS
from tests.workbench.contracts import make_contract
from train.data.decoding import decoding_pool
from train.data.image_folder import load_split
from train.data.soft_labels import read_votes
from train.prepare import near_duplicates
from train.prepare.manifest import Manifest


def check_manifest(data):
    os.mkfifo(data / "prepared.csv")
    Manifest(data, DEFAULT_CROP_RULE)


def check_votes(data):
    os.mkfifo(data / "votes.csv")
    read_votes(data, ["happy"], [])


def check_leaks(data):
    os.mkfifo(data / "leaks.csv")
    near_duplicates.known_copies(data)


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
        return read_picture(*arguments)

    contract = make_contract(tuple(COLOURS), 8)
    for module in (train.data.cache, near_duplicates):
        monkeypatch.setattr(module, "read_picture", read)
    load_split(photos / "train", contract, tmp_path / "cache")
    assert len(threads) == 1
    near_duplicates.check_for_leaks(photos)
    assert len(threads) <= 2


def test_a_small_file_with_many_pixels_is_left_out_of_training(photos, tmp_path, capsys):
    Image.new("1", (9000, 9000)).save(photos / "train/red/bomb.png")
    contract = make_contract(tuple(COLOURS), 8)
    assert len(load_split(photos / "train", contract, tmp_path / "cache").targets) == 36
    assert "red/bomb.png: too large: 9000 x 9000 pixels" in capsys.readouterr().err


@pytest.mark.parametrize("read", [check_manifest, check_votes, check_leaks])
def test_a_pipe_in_place_of_a_table_is_refused_at_once(read, photos):
    with pytest.raises(UserError, match="a named pipe, not a file"):
        read(photos)
