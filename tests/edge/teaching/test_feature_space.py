"""The space of the taught faces: how they spread, and what is near them."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.teaching.feature_space import (
    Reach,
    Standardisation,
    even_directions,
    held_radius,
    looks,
)
from tests.edge.teaching.worlds import World


def stretched(faces):
    """Return faces whose first two features vary together within every label."""
    noise = np.random.default_rng(9).normal(0, 1.5, faces.features.shape[:2])
    features = faces.features.copy()
    features[..., :2] += noise[..., None].astype(np.float32)
    return replace(faces, features=features)


def spread_within(rows, targets):
    """Return the variances along the principal axes of the rows around their labels' means."""
    found = [np.cov(rows[targets == k].T) for k in np.unique(targets)]
    return np.linalg.eigvalsh(np.mean(found, axis=0))


def test_the_faces_of_a_label_spread_alike_in_all_directions():
    faces = stretched(World(0).faces(60))
    standardise = Standardisation.of(faces)
    rows, targets = standardise(looks(faces)[0]), np.repeat(faces.targets, 2)
    even = spread_within(rows @ even_directions(faces, standardise), targets)
    assert even.max() / even.min() < 3
    plain = spread_within(rows, targets)
    assert plain.max() / plain.min() > 10


def test_faces_have_a_length_of_one_in_these_directions_however_few_they_are():
    for each in (1, 2, 30):
        faces = World(0).faces(each)
        standardise = Standardisation.of(faces)
        rows = standardise(looks(faces)[0]) @ even_directions(faces, standardise)
        assert np.square(rows).sum(axis=1).mean() == pytest.approx(1)


def nearness(taught, asked):
    """Return how much a head that is fitted to some faces counts for others."""
    standardise = Standardisation.of(taught)
    reach = Reach.of(taught, standardise, held_radius(taught))
    return reach.nearness(standardise(asked.features))


@pytest.mark.parametrize("each", [2, 10, 50])
def test_other_faces_of_the_taught_people_are_near_and_those_of_another_world_are_not(each):
    world = World(0)
    taught = world.faces(each)
    assert nearness(taught, world.faces(50)).mean() > 0.8
    unlike = world.faces(50)
    unlike.features[:] += 2 * np.random.default_rng(0).normal(size=unlike.features.shape[-1])
    assert nearness(taught, unlike).mean() < 0.05


def test_a_direction_in_which_taught_faces_vary_does_not_lead_away_from_them():
    taught = stretched(World(0).faces(30))
    along, across = World(1).faces(1), World(1).faces(1)
    for faces, way in ((along, (5, 5)), (across, (9, -9))):
        faces.features[:] = taught.features.mean(axis=(0, 1))
        faces.features[..., :2] += way
    assert nearness(taught, along).min() == 1
    assert nearness(taught, across).max() == 0


def test_nearness_fades_evenly_from_one_to_two_radii():
    reach = Reach(axes=np.zeros((2, 1), np.float32), slope=1.0)
    distances = np.array([0.0, 1.0, 1.25, 1.5, 2.0, 9.0])
    rows = np.stack([np.sqrt(distances), 0 * distances], axis=1)
    assert reach.nearness(rows) == pytest.approx([1, 1, 0.75, 0.5, 0, 0])


def test_axes_point_the_same_way_on_every_computer():
    faces = World(0).faces(20)
    axes = Reach.of(faces, Standardisation.of(faces), 1.0).axes
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0)
    assert (largest > 0).all()


def test_the_radius_is_of_faces_that_were_held_out():
    faces = World(0).faces(8)
    standardise = Standardisation.of(faces)
    within = Reach.of(faces, standardise, 1.0).distances(standardise(faces.features))
    assert held_radius(faces) > 1.5 * np.quantile(within, 0.8)
    joined = replace(faces, bursts=faces.bursts // 8)  # a label is held out as a whole
    assert held_radius(joined) > 1.2 * held_radius(faces)
