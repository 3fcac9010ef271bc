"""The classifier on both runtimes: labels, scores, and the look at the mirror image."""

from dataclasses import replace

import numpy as np
import pytest
from skimage import data

from emotion_edge.errors import RunError
from emotion_edge.imaging.regions import Region
from emotion_edge.model.classifier import Classifier, mirrored
from emotion_edge.model.model_file import SHIPPED
from emotion_edge.model.postprocessing import scores
from emotion_edge.model.preprocessing import preprocess
from tests.edge.models import FLOAT32, INSTALLED, INT8
from tests.edge.pictures import COLOURS, solid


@pytest.mark.parametrize("runtime", INSTALLED)
@pytest.mark.parametrize("path", [INT8, FLOAT32], ids=["int8", "float32"])
@pytest.mark.parametrize("colour", COLOURS)
def test_a_picture_is_classified_by_its_colour(runtime, path, colour):
    result = Classifier(path, runtime=runtime).classify(solid(colour))
    assert result.label == colour
    assert result.score == result.scores[colour] == max(result.scores.values())
    assert sum(result.scores.values()) == pytest.approx(1)
    assert list(result.scores) == ["blue", "green", "red"]


def random_scores(path, runtime, threads=1):
    """Return the scores of 50 random pictures, (50, 3)."""
    classifier = Classifier(path, runtime=runtime, threads=threads)
    pictures = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), np.uint8)
    tints = pictures * np.random.default_rng(1).random((50, 1, 1, 3))
    return np.array([list(classifier.classify(p).scores.values()) for p in tints.astype(np.uint8)])


@pytest.mark.parametrize("runtime", INSTALLED)
def test_int8_scores_are_close_to_float32(runtime):
    exact, quantised = random_scores(FLOAT32, runtime), random_scores(INT8, runtime)
    assert 0 < np.abs(exact - quantised).max() < 0.02


def test_float32_computes_with_the_weights_of_the_fixture():
    classifier = Classifier(FLOAT32)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    red, green, blue = image.mean(axis=(0, 1)) / 255
    expected = 8 * np.array([blue, green, red]) - 4
    result = classifier.classify(image)
    assert result.logits == pytest.approx(expected, abs=1e-5)
    assert result.embedding == pytest.approx([red, green, blue], abs=1e-6)


@pytest.mark.skipif(len(INSTALLED) < 2, reason="only one TFLite runtime is installed")
@pytest.mark.parametrize(("path", "tolerance"), [(FLOAT32, 1e-6), (INT8, 0.02)])
def test_both_runtimes_agree(path, tolerance):
    first, second = (random_scores(path, runtime) for runtime in INSTALLED)
    assert np.abs(first - second).max() <= tolerance


def test_threads_do_not_change_the_scores():
    assert np.array_equal(
        random_scores(INT8, INSTALLED[0], threads=2), random_scores(INT8, INSTALLED[0])
    )


HEAD = Region(224, 125, 130, 130)  # in the astronaut's picture


@pytest.mark.parametrize("runtime", INSTALLED)
def test_the_answer_is_the_mean_of_the_picture_and_its_mirror_image(runtime):
    classifier = Classifier(SHIPPED, runtime=runtime)
    image = preprocess(data.astronaut(), classifier.contract, HEAD)
    one, other = classifier.look(image), classifier.look(mirrored(image))
    assert not np.allclose(one.logits, other.logits), "the network sees no difference"
    answer = classifier.classify(data.astronaut(), HEAD)
    assert answer.logits == pytest.approx((one.logits + other.logits) / 2, abs=1e-6)
    assert answer.embedding == pytest.approx((one.embedding + other.embedding) / 2, abs=1e-6)
    assert answer.values == pytest.approx(scores(answer.logits, classifier.contract))
    assert answer.preprocess_ms > 0
    assert answer.inference_ms > 0


def test_a_picture_and_its_mirror_image_get_the_same_answer():
    classifier = Classifier(SHIPPED)
    picture = data.astronaut()[60:190, 159:289]
    one, other = (classifier.classify(pixels) for pixels in (picture, picture[:, ::-1]))
    assert one.label == other.label
    assert np.array_equal(one.values, other.values)
    assert np.array_equal(one.embedding, other.embedding)


def test_one_look_is_at_the_image_as_it_is():
    classifier = Classifier(SHIPPED)
    image = preprocess(data.astronaut(), classifier.contract, HEAD)
    logits, embedding = classifier.network.run(image)
    answer = classifier.look(image)
    assert np.array_equal(answer.logits, logits)
    assert np.array_equal(answer.embedding, embedding)
    assert answer.label == max(answer.scores, key=answer.scores.get)


def test_a_changed_contract_is_followed():
    classifier = Classifier(FLOAT32)
    logits = classifier.classify(solid("red")).logits
    classifier.contract = replace(classifier.contract, tau=1.0)
    assert classifier.classify(solid("red")).values == pytest.approx(
        scores(logits, classifier.contract)
    )


@pytest.mark.filterwarnings("ignore:invalid value")  # of NaN
@pytest.mark.parametrize("classify", ["look", "classify_input"])
def test_scores_that_are_not_numbers_are_an_error(classify):
    classifier = Classifier(FLOAT32)
    classifier.network.input_table = np.full(256, np.nan, np.float32)
    with pytest.raises(RunError, match="scores are not numbers"):
        getattr(classifier, classify)(np.zeros((8, 8, 3), np.uint8))
