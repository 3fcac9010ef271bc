"""The taught head: the model's own, and what is added to it."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_edge.model.network import Outputs
from emotion_edge.model.postprocessing import scores
from emotion_edge.teaching.faces import own_logits
from emotion_edge.teaching.feature_space import held_radius
from emotion_edge.teaching.head import fit_heads
from tests.edge.models import CONTRACT
from tests.edge.teaching.worlds import LABELS, MODEL, World, answers, own_right, right

FAR = 1e6  # a radius that no face is beyond
LOGITS = np.array([[2.0, -1.0, 0.5], [-900.0, 3.0, 3.1]])


def looks_together(faces):
    return faces.seen_together().logits[:, 0]


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_of_a_label_that_the_model_knows_its_own_score_counts(activation):
    model = replace(CONTRACT, activation=activation, temperature=0.6, tau=0.3)
    own = own_logits(LOGITS, model, CONTRACT.labels)
    plain = replace(CONTRACT, activation="softmax", tau=0.0)
    assert scores(own, plain) == pytest.approx(scores(LOGITS, model), abs=1e-12)
    chosen = own_logits(LOGITS, model, ("red", "wink", "blue"))
    assert chosen[:, [2, 0]] == pytest.approx(own[:, [0, 2]])
    assert chosen[:, 1] == pytest.approx(np.log(1 / 3))


@pytest.mark.parametrize("strength", [np.inf, 1e9])
def test_an_endless_strength_is_the_models_own_head(strength):
    faces = World(0, strange=1).faces(5)
    (head,) = fit_heads(faces, MODEL, [strength], FAR)
    asked = World(1).faces(20)
    values = scores(answers(head, asked), head.contract(MODEL))
    model = scores(asked.seen_together().logits[:, 0], MODEL)
    assert values == pytest.approx(model, abs=1e-6)


def test_the_contract_has_the_labels_and_thresholds_and_no_prior_of_the_head():
    (head,) = fit_heads(World(0, labels=(*LABELS, "wink")).faces(2), MODEL, [1.0], FAR)
    contract = replace(head, temperature=0.7, enter=0.55, leave=0.4).contract(MODEL)
    assert contract.labels == (*LABELS, "wink")
    assert contract.prior == pytest.approx((1 / 8,) * 8)
    assert (contract.tau, contract.temperature) == (0.0, 0.7)
    assert (contract.enter, contract.leave) == (0.55, 0.4)
    assert replace(
        MODEL, labels=contract.labels, prior=contract.prior, tau=0, temperature=0.7, enter=0.55,
        leave=0.4,
    ) == contract  # fmt: skip


def test_a_few_faces_teach_what_the_model_has_never_seen():
    world = World(0, strange=2.0)
    heads = fit_heads(world.faces(10), MODEL, [np.inf, 1.0, 1e-3], FAR)
    asked = world.faces(100)
    shares = [right(head, asked).mean() for head in heads]
    assert shares == sorted(shares)
    assert shares[-1] > shares[0] + 0.15


def test_a_label_of_ones_own_is_learnt_however_strong_the_pull_is():
    world = World(3, labels=(*LABELS, "wink", "tongue out"))
    faces, asked = world.faces(10), world.faces(50)
    asked = asked.only(asked.targets >= len(LABELS))
    assert not own_right(asked).any()
    endless, weak = fit_heads(faces, MODEL, [np.inf, 1e-4], FAR)
    assert not endless.weights[:, : len(LABELS)].any()
    assert right(endless, asked).mean() > 0.25  # although the model is sure of something else
    assert right(weak, asked).mean() > 0.5


def test_labels_without_faces_keep_their_scores_beside_each_other():
    world = World(0, strange=1)
    faces = world.faces(5)
    (head,) = fit_heads(faces.only(np.isin(faces.targets, (3, 4))), MODEL, [0.01], FAR)
    others = [0, 1, 2, 5, 6]
    assert not head.weights[:, others].any()
    assert head.weights[:, [3, 4]].all(axis=0).all()
    # Among taught labels the push is balanced, so it takes nothing from those without faces.
    assert head.weights[:, 3] == pytest.approx(-head.weights[:, 4], abs=1e-6)


def test_labels_count_alike_however_many_faces_they_have():
    faces = World(0, strange=1).faces(6)
    more = faces.only(np.concatenate([np.arange(len(faces)), np.repeat(np.arange(6), 4)]))
    heads = [next(fit_heads(each, MODEL, [0.01], FAR)) for each in (faces, more)]
    bare, much = (head.weights * np.append(1 / head.scale, 1)[:, None] for head in heads)
    assert bare == pytest.approx(much, abs=1e-6)


def test_what_all_taught_faces_share_is_not_blown_up_on_others():
    faces = World(0).faces(5)
    faces.features[..., 0] = 0.25  # always the same here
    (head,) = fit_heads(faces, MODEL, [0.01], FAR)
    face = faces.features[0, 0].copy()
    face[0] = 0.5
    outputs = Outputs(faces.logits[0, 0], face)
    change = head.logits(outputs, MODEL) - head.logits(
        Outputs(faces.logits[0, 0], faces.features[0, 0]), MODEL
    )
    assert np.abs(change).max() < 0.1


def test_of_faces_unlike_the_taught_ones_the_model_says_what_it_says_without_a_head():
    world = World(0, strange=2.0)
    faces = world.faces(10)
    (head,) = fit_heads(faces, MODEL, [1e-3], held_radius(faces))
    unlike = World(0).faces(20)
    unlike.features[:] += 3.0
    assert np.array_equal(answers(head, unlike), own_logits(looks_together(unlike), MODEL, LABELS))
    (far,) = fit_heads(faces, MODEL, [1e-3], FAR)
    assert right(head, asked := world.faces(50)).mean() > right(far, asked).mean() - 0.05


def test_equal_faces_give_a_finite_head():
    faces = World(0).faces(2)
    faces.features[:] = 0
    (head,) = fit_heads(faces, MODEL, [0.01], FAR)
    assert np.isfinite(answers(head, World(1).faces(1))).all()
