"""Entries of the cache: damaged ones are filled again, old ones removed."""

import os
import signal
import subprocess
import time
from dataclasses import replace

import numpy as np
import pytest

import train.data.cache
from tests.workbench.conftest import COLOURS, REPOSITORY, command, draw_picture, make_photos
from tests.workbench.contracts import make_contract
from train.data.cache_entries import KEPT_ENTRIES, KEPT_S, UNFINISHED_S
from train.data.image_folder import load_split

CONTRACT = make_contract(sorted(COLOURS), 32)


def truncate(entry):
    pixels = entry / "images.u8"
    os.truncate(pixels, pixels.stat().st_size - 1000)


def zero(entry):
    pixels = entry / "images.u8"
    pixels.write_bytes(bytes(pixels.stat().st_size))


def change_one_byte(entry):
    content = bytearray((entry / "images.u8").read_bytes())
    content[-7] ^= 1
    (entry / "images.u8").write_bytes(content)


def lengthen(entry):
    with (entry / "images.u8").open("ab") as file:
        file.write(b"more")


def swap_labels(entry):
    text = (entry / "index.json").read_text()
    (entry / "index.json").write_text(text.replace('"blue"', '"red"', 1))


DAMAGE = {
    "truncated pixels": truncate,
    "zeros": zero,
    "one other byte": change_one_byte,
    "more pixels": lengthen,
    "no pixels": lambda entry: (entry / "images.u8").unlink(),
    "empty index": lambda entry: (entry / "index.json").write_text(""),
    "half an index": lambda entry: os.truncate(entry / "index.json", 100),
    "another index": lambda entry: (entry / "index.json").write_text("[1, 2]"),
    "an index of the wrong types": lambda entry: (entry / "index.json").write_text(
        '{"labels": 3, "unreadable": null, "checksum": "x"}'
    ),
    "not text": lambda entry: (entry / "index.json").write_bytes(b"\xff\xfe\x00"),
    "other labels": swap_labels,
    "no index": lambda entry: (entry / "index.json").unlink(),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_filled_again(kind, photos, tmp_path):
    first = load_split(photos / "train", CONTRACT, tmp_path / "cache")
    images, targets = np.array(first.images), first.targets
    del first
    (entry,) = (tmp_path / "cache").iterdir()
    DAMAGE[kind](entry)
    for _ in range(2):
        again = load_split(photos / "train", CONTRACT, tmp_path / "cache")
        assert np.array_equal(again.images, images)
        assert np.array_equal(again.targets, targets)


def refuse_to_decode(monkeypatch):
    def refuse(path):
        raise AssertionError(f"decoded {path} again")

    monkeypatch.setattr(train.data.cache, "read_picture", refuse)


def test_the_entries_of_a_changing_folder_stay_few_and_others_stay(photos, tmp_path, monkeypatch):
    other = make_photos(tmp_path / "other", train=2)
    cache = tmp_path / "cache"
    load_split(other / "train", CONTRACT, cache)
    load_split(photos / "validation", CONTRACT, cache)
    used = load_split(photos / "train", CONTRACT, cache)
    before = np.array(used.images)
    for i in range(2 * KEPT_ENTRIES):
        draw_picture(photos / "train/red/00.png", (i, i, i), np.random.default_rng(i))
        load_split(photos / "train", CONTRACT, cache)
    assert len(list(cache.iterdir())) == KEPT_ENTRIES + 2
    assert np.array_equal(used.images, before)  # a run that uses a removed entry goes on
    refuse_to_decode(monkeypatch)
    load_split(photos / "train", CONTRACT, cache)
    load_split(photos / "validation", CONTRACT, cache)
    load_split(other / "train", CONTRACT, cache)


def test_the_entry_that_was_used_last_stays_and_not_the_newest(photos, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    for i in range(2 * KEPT_ENTRIES):
        load_split(photos / "train", CONTRACT, cache)
        smaller = replace(CONTRACT, width=8 + i, height=8 + i)
        load_split(photos / "train", smaller, cache)
    assert len(list(cache.iterdir())) == KEPT_ENTRIES
    refuse_to_decode(monkeypatch)
    load_split(photos / "train", CONTRACT, cache)


def make_older(folder, seconds):
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (time.time() - seconds,) * 2)


def test_entries_of_other_folders_are_removed_after_a_month(photos, tmp_path):
    cache, other = tmp_path / "cache", make_photos(tmp_path / "other", train=2)
    load_split(other / "train", CONTRACT, cache)
    (entry,) = cache.iterdir()
    make_older(entry, KEPT_S - 1000)
    load_split(photos / "train", CONTRACT, cache)
    assert entry.exists()
    make_older(entry, KEPT_S + 1000)
    load_split(photos / "train", CONTRACT, cache)
    assert not entry.exists()


def test_files_of_a_killed_run_are_removed_after_a_day_but_not_of_a_running_one(tmp_path):
    big = make_photos(tmp_path / "big", train=400)
    cache = tmp_path / "build" / "cache"
    program = command("train", "--data", big, "--build", tmp_path / "build")
    process = subprocess.Popen(program, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not list(cache.glob("*/.unfinished-*/*")) and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (stage,) = cache.glob("*/.unfinished-*")
    small = make_photos(tmp_path / "small", train=2)
    load_split(small / "train", CONTRACT, cache)
    assert stage.exists()  # it could be a run in progress
    make_older(stage.parent, UNFINISHED_S + 1000)
    load_split(small / "train", CONTRACT, cache)
    assert not stage.parent.exists()
    assert len(list(cache.iterdir())) == 1
    (cache / "notes-on-my-photographs").mkdir()
    make_older(cache, KEPT_S + 1000)
    load_split(small / "train", CONTRACT, cache)
    assert (cache / "notes-on-my-photographs").exists()
