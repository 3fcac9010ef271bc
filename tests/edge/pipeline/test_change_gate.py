"""The gate in front of the search: what opens it."""

import numpy as np
import pytest

from emotion_edge.faces.types import Box
from emotion_edge.pipeline.change_gate import MOST_PUT_OFF, ChangeGate
from tests.edge.photographs import scene

ROOM = np.asarray(scene("coffee"))
FACE = Box(120, 100, 60)


def noisy(pixels, seed, sigma=4.0):
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape)
    return (pixels + noise).clip(0, 255).astype(np.uint8)


def with_square(pixels, side, *, levels, at=(300, 200)):
    changed = pixels.astype(float)
    changed[at[1] : at[1] + side, at[0] : at[0] + side] += levels
    return changed.clip(0, 255).astype(np.uint8)


def opens(gate, pixels, followed=()):
    changes = gate.changes(pixels, followed)
    return changes is None or bool(changes.blocks.any())


def gate_after(pixels, *, followed=()):
    gate = ChangeGate()
    assert opens(gate, pixels, followed)
    return gate


def test_it_stays_shut_where_nothing_moves_but_not_for_ever():
    gate = gate_after(noisy(ROOM, 0))
    opened = [opens(gate, noisy(ROOM, seed)) for seed in range(1, 25)]
    assert opened == ([False] * MOST_PUT_OFF + [True]) * 2 + [False, False]


@pytest.mark.parametrize("light", [0.92, 0.96, 1.05])
def test_light_that_changes_a_little_everywhere_does_not_open_it(light):
    dim = ROOM * 0.9
    assert not opens(gate_after(noisy(dim, 0)), noisy(dim * light, 1))


def test_light_that_flickers_opens_it_for_its_extremes_only():
    gate = gate_after(noisy(ROOM * 0.5, 0))
    lights = [0.5, 0.4, 0.6, *[0.44, 0.57, 0.5] * 3]
    opened = [opens(gate, noisy(ROOM * light, i)) for i, light in enumerate(lights, 1)]
    assert opened == [False, True, True, *[False] * 9]


def test_bands_of_a_camera_that_reads_row_by_row_under_a_lamp_do_not_open_it():
    def banded(phase):
        light = 0.5 + 0.05 * np.sin(np.arange(len(ROOM)) / 20 + phase)
        return noisy(ROOM * light[:, np.newaxis, np.newaxis], round(10 * phase))

    gate = gate_after(banded(0))
    assert not any(opens(gate, banded(phase)) for phase in (0.7, 1.9, 4.4))
    assert opens(gate, with_square(banded(3), 40, levels=25))


def test_a_night_that_turns_into_day_opens_it_again_and_again():
    gate = gate_after(noisy(ROOM * 0.1, 0, 2))
    opened = [opens(gate, noisy(ROOM * 0.1 * 1.03**i, i, 2)) for i in range(1, 61)]
    assert sum(opened) >= 12
    dusk = [opens(gate, noisy(ROOM * 0.5 * 0.97**i, i, 2)) for i in range(1, 61)]
    assert sum(dusk) >= 12


def test_it_opens_around_a_face_that_was_lost_once():
    gate = gate_after(ROOM)
    assert not opens(gate, ROOM)
    gate.reopen([Box(100, 100, 60)])
    gate.reopen([])
    changes = gate.changes(ROOM, [Box(100, 100, 60)])
    assert changes.touch(Box(100, 100, 60))
    assert not changes.touch(Box(300, 200, 200))
    assert not opens(gate, ROOM)


@pytest.mark.parametrize("size", [(640, 480), (1000, 700)])
def test_it_opens_only_where_something_has_changed(size):
    room = np.asarray(scene("coffee", *size))
    x, y = size[0] - 80, size[1] - 80
    changes = gate_after(room).changes(with_square(room, 40, levels=40, at=(x, y)), ())
    assert changes.touch(Box(x, y, 40))
    assert not changes.touch(Box(0, 0, x - 30))
    assert not changes.touch(Box(x, y - 80, 40))


def body(step, *, also=()):
    """The shoulders below `FACE`, which change with each step, and other things that come."""
    pixels = with_square(ROOM, 80, levels=(40, -40, 80)[step % 3], at=(110, 220))
    for at in also:
        pixels = with_square(pixels, 40, levels=40, at=at)
    return pixels


def test_the_body_of_a_face_that_is_followed_is_left_out_of_every_second_search():
    gate = gate_after(body(0), followed=[FACE])
    opened = [opens(gate, body(step), [FACE]) for step in (1, 2, 3, 4, 5)]
    assert opened == [False, True, False, True, False]
    alone = gate_after(body(0))
    assert all(opens(alone, body(step)) for step in (1, 2, 3, 4, 5))


def test_what_comes_meanwhile_beside_a_body_is_searched_at_once():
    gate = gate_after(body(0), followed=[FACE])
    changes = gate.changes(body(1, also=[(500, 300)]), [FACE])
    assert changes.touch(Box(500, 300, 40))
    assert not changes.touch(Box(110, 220, 80))
    changes = gate.changes(body(2, also=[(500, 300)]), [FACE])
    assert changes.touch(Box(110, 220, 80))
    assert not changes.touch(Box(500, 300, 40))


def test_what_was_searched_is_what_the_next_frames_are_compared_with():
    gate, come = gate_after(ROOM), with_square(ROOM, 40, levels=40)
    assert [opens(gate, come) for _ in range(4)] == [True, False, False, False]
    assert opens(gate, ROOM)  # it has gone


def test_parts_that_are_compared_with_different_frames_may_flicker():
    gate = gate_after(noisy(ROOM * 0.5, 0))
    lights = [0.53, 0.49, 0.51, 0.48]
    come = [noisy(with_square(ROOM, 60, levels=50) * light, i) for i, light in enumerate(lights)]
    assert [opens(gate, each) for each in come] == [True, False, False, False]


@pytest.mark.parametrize("shape", [(1, 1), (3, 640), (640, 3), (41, 39), (2001, 3001)])
def test_frames_of_any_size_are_compared(shape):
    frame = np.random.default_rng(0).integers(0, 200, (*shape, 3), np.uint8)
    gate = gate_after(frame)
    assert not opens(gate, frame)
    other = frame.copy()
    other[: shape[0] // 2 + 1, : shape[1] // 2 + 1] //= 4
    assert opens(gate, other)


@pytest.mark.parametrize("sigma", [1, 8, 20])
def test_something_as_small_as_a_face_opens_it(sigma):
    changed = with_square(ROOM, 40, levels=25)
    assert opens(gate_after(noisy(ROOM, 0, sigma)), noisy(changed, 1, sigma))


def test_a_camera_that_is_moved_opens_it():
    assert opens(gate_after(ROOM), np.roll(ROOM, 60, axis=1))


def test_frames_of_another_size_open_it():
    assert opens(gate_after(ROOM), ROOM[:240, :320])


def test_what_moves_around_a_followed_face_does_not_open_it():
    box = Box(300, 200, 60)
    turned = with_square(ROOM, 60, levels=40)
    assert not opens(gate_after(ROOM), turned, [box])
    assert opens(gate_after(ROOM), turned)
    assert opens(gate_after(ROOM), with_square(turned, 40, levels=40, at=(100, 100)), [box])


@pytest.mark.parametrize("place", [(412, 200), (208, 200), (300, 108), (412, 108), (300, 312)])
@pytest.mark.parametrize("searches", [0, 1])
def test_what_appears_right_beside_a_followed_face_is_searched_by_the_second_time(place, searches):
    box, gate = Box(250, 150, 160), gate_after(ROOM)
    for number in range(searches):  # the body moves
        gate.changes(with_square(ROOM, 40, levels=40 + 20 * number, at=(300, 400)), [box])
    come = with_square(ROOM, 40, levels=40, at=place)
    assert any(gate.changes(come, [box]).touch(Box(*place, 40)) for _ in range(2))


def test_a_face_that_fills_the_frame_leaves_nothing_to_compare():
    assert not opens(gate_after(ROOM), with_square(ROOM, 60, levels=40), [Box(-50, -50, 800)])


def test_what_comes_inch_by_inch_opens_it_though_no_two_frames_differ_much():
    gate, opened = gate_after(ROOM), []
    for step in range(1, 9):
        opened.append(opens(gate, with_square(ROOM, 40, levels=step)))
    assert any(opened[:5])
    assert not opened[0]
