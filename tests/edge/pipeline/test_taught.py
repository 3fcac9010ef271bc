"""--taught: a taught head in place of the model's, wherever the model is used."""

import os
import signal
from threading import Event

import numpy as np
import pytest

from emotion_edge.errors import UserError
from emotion_edge.imaging.image_files import read_image
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.model.self_test import run_self_test
from emotion_edge.pipeline.classifiers import make_classifier
from tests.edge.brokers.listener import Listener
from tests.edge.brokers.mosquitto import plain_broker
from tests.edge.command_line import edge, json_lines, own_lines, run_every_frame
from tests.edge.commands.doctor.helpers import run_doctor
from tests.edge.models import FLOAT32, INT8
from tests.edge.pictures import save
from tests.edge.recordings import write_changing_colours
from tests.edge.teaching.taught_files import write
from tests.edge.waiting import until

OWN = ("rot", "grün", "blau", "tongue out")


@pytest.fixture
def taught(tmp_path):
    """A taught file with German labels for the colours, and one that nothing gets."""
    return write(tmp_path / "taught.json", *OWN)


@pytest.mark.parametrize("must_pass", [False, True])
def test_the_contract_is_the_heads_and_the_self_test_the_models(must_pass, taught, tmp_path):
    given = {"taught": taught, "must_pass": must_pass}
    classifier = make_classifier(INT8, RuntimeSettings(), Event(), **given)
    assert classifier.contract.labels == OWN
    assert (classifier.contract.enter, classifier.contract.tau) == (0.5, 0.0)
    assert classifier.model.contract.labels == ("blue", "green", "red")
    assert run_self_test(classifier)
    answer = classifier.classify(read_image(save(tmp_path / "a.png", "red")))
    assert answer.label == "rot"
    assert answer.logits.shape == answer.values.shape == (4,)
    assert answer.logits.dtype == np.float32
    assert answer.embedding.shape == (3,)


def test_run_gives_the_heads_labels(taught, photos):
    result = run_every_frame(photos, "--taught", taught)
    assert result.returncode == 0, result.stderr
    assert own_lines(result.stderr) == []
    lines = json_lines(result.stdout)
    assert [line["label"] for line in lines] == ["blau", "grün", "rot"]
    assert set(lines[0]["scores"]) == set(OWN)
    assert sum(lines[0]["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_it_can_be_set_in_the_settings_file(taught, photos, write_settings):
    config = write_settings(f'taught = "{taught}"')
    result = run_every_frame(photos, "--config", config)
    assert json_lines(result.stdout)[0]["label"] == "blau"
    assert f'taught = "{taught}"  # {config}' in edge("config", "--config", config).stdout


def test_of_a_stream_each_label_is_stable_and_thresholds_are_the_heads(taught, tmp_path):
    recording = write_changing_colours(tmp_path / "recording", seconds=3)
    given = ("run", "--model", INT8, "--faces", "off", "--taught", taught)
    result = edge(*given, "--source", f"replay:{recording}")
    assert [line["label"] for line in json_lines(result.stdout)] == ["rot", "grün", "blau"]
    unsure = write(tmp_path / "unsure.json", *OWN, gain=0.01)
    result = edge(*given[:-1], unsure, "--source", f"replay:{recording}")
    assert {line["label"] for line in json_lines(result.stdout)} == {"unknown"}


def test_a_recording_is_measured_with_it(taught, tmp_path):
    recording = write_changing_colours(tmp_path / "recording", seconds=3)
    (recording / "truth.csv").write_text("seconds,label\n0,rot\n1,grün\n2,blau\n")
    result = edge("replay", recording, "--model", INT8, "--faces", "off", "--taught", taught)
    assert result.returncode == 0, result.stderr
    frames = next(line for line in result.stdout.splitlines() if line.startswith("each frame"))
    assert "100.0%" in frames.split()


def test_another_model_is_refused(taught, photos):
    result = edge("run", "--model", FLOAT32, "--taught", taught, "--source", photos)
    assert result.returncode == 2
    (line,) = own_lines(result.stderr)
    assert f"{taught}: taught with another model than {FLOAT32}; name that one by" in line


@pytest.mark.parametrize("name", ["none.json", "damaged.json"])
def test_a_bad_file_is_refused(name, tmp_path, photos):
    (tmp_path / "damaged.json").write_text("{")
    result = edge("run", "--model", INT8, "--taught", tmp_path / name, "--source", photos)
    assert result.returncode == 2
    assert f"{tmp_path / name}: " in result.stderr
    with pytest.raises(UserError):
        make_classifier(INT8, RuntimeSettings(), taught=tmp_path / name)


def test_that_the_natural_prior_changes_nothing_is_said(taught, photos):
    result = run_every_frame(photos, "--taught", taught, "--prior", "natural")
    assert "--prior natural changes nothing" in result.stderr
    assert result.stdout.count("blau") == run_every_frame(photos, "--taught", taught).stdout.count(
        "blau"
    )


def test_doctor_checks_it(taught, tmp_path):
    found = run_doctor("--model", INT8, "--taught", taught, code=0)
    assert found["taught"]["status"] == "ok"
    assert "rot, grün, blau, tongue out; of 2026-11-28, 8 faces" in found["taught"]["found"]
    found = run_doctor("--model", FLOAT32, "--taught", taught, code=1)
    assert found["taught"]["status"] == "fail"
    assert found["model"]["status"] == "ok"
    found = run_doctor("--model", INT8, "--taught", tmp_path / "none", code=1)
    assert "No such file" in found["taught"]["found"]


@plain_broker
def test_sighup_loads_it_again_and_keeps_the_old_one_if_it_is_bad(
    broker, daemon, changing, taught, tmp_path
):
    listener = Listener(broker)
    run = daemon("--source", changing, "--taught", taught, "--to", "-", *broker.options)
    options = listener.wait_discovery()["emotion"]["options"]
    assert options == [*OWN, "unknown", "no_face"]
    run.wait_lines(2)
    for content, reason in ((b"{", "not JSON"), (None, "taught with another model")):
        if content is None:
            write(taught, *OWN, model=FLOAT32)
        else:
            taught.write_bytes(content)
        before = run.stderr.count("keeping the present model")
        run.process.send_signal(signal.SIGHUP)
        until(lambda n=before: run.stderr.count("keeping the present model") > n, reason)
        run.wait_lines(2)
    assert {line["label"] for line in run.stdout} <= {*OWN[:3], "unknown"}
    write(tmp_path / "new.json", "rouge", "vert", "bleu")
    os.replace(tmp_path / "new.json", taught)  # noqa: PTH105
    run.process.send_signal(signal.SIGHUP)
    run.wait_stderr("loaded again")
    run.wait_lines(4)
    assert {line["label"] for line in run.stdout[-2:]} <= {"rouge", "vert", "bleu"}
    until(lambda: len(listener.discoveries()) > 1, "the discovery with the new labels")
    parts = listener.discoveries()[-1]["cmps"]
    assert parts["emotion"]["options"] == ["rouge", "vert", "bleu", "unknown", "no_face"]
    assert run.end()[0] == 0
