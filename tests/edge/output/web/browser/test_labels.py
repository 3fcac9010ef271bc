"""What the page says of faces: labels, changes, reasons, and help to aim the camera."""

import pytest

from tests.edge.models import with_contract
from tests.edge.output.web.browser.scenes import frame, write_frames
from tests.edge.output.web.browser.sites import FACES
from tests.edge.waiting import until

ENTRIES = """return [...document.querySelectorAll("#log li")].map(
  (each) => [each.querySelector("time").dateTime, each.lastChild.data])"""

SHOW_FACES = """const { showFaces } = await import("/assets/faces.js");
const faces = arguments[0].map((face) => ({ face, decided: false, raw: "happy" }));
showFaces({ faces, labels: ["happy"] });
return [...document.querySelectorAll("#faces h3")].map((each) => each.innerText);"""


def test_the_changes_are_those_of_stdout(browser, colours):
    browser.driver.get(colours.url)
    entries = until(lambda: len(found := browser.run(ENTRIES)) >= 3 and found, "three changes")
    lines = {line["time"]: line["label"] for line in colours.daemon.stdout}
    assert [text for _, text in entries] == [
        f"The whole picture · {lines[time]}" for time, _ in entries
    ]
    times = [time for time, _ in entries]
    assert times == sorted(times, reverse=True)


def test_the_whole_picture_counts_as_a_face_without_a_number(browser, colours):
    browser.driver.get(colours.url)
    assert browser.wait_text("#faces h3", "whole picture")
    assert "No faces are looked for" in browser.wait_text("#aim-found", "the whole picture")


def test_labels_of_ones_own_stay_as_they_are(browser, site, changing, tmp_path):
    own = ("<b>blau</b>", "grün & gelb", "label_sad")
    (tmp_path / "own.tflite").write_bytes(with_contract(labels=own))
    browser.driver.get(
        site("--source", changing, "--model", tmp_path / "own.tflite").url + "?lang=fr"
    )
    until(lambda: tuple(browser.texts("#faces .bars .name")) == own, "the labels")
    until(lambda: browser.text("#faces .label") in own, "one of them")


@pytest.mark.parametrize(
    ("light", "label", "advice", "poor"),
    [(1.0, "happy", "", 0), (0.12, "unknown", "Too dark. Light the face", 1)],
)
def test_it_says_what_is_wrong_with_a_face_and_what_to_do(
    browser, site, tmp_path, light, label, advice, poor
):
    source = write_frames(tmp_path / "still", [frame(200, light=light)])
    browser.driver.get(site("--source", source, *FACES).url)

    def settled() -> bool:
        shown = browser.text("#faces .label")
        return shown == label and browser.text("#faces .reason").startswith(advice)

    until(settled, f"{label}, {advice}")
    assert bool(browser.text("#faces .reason")) == bool(advice)
    assert browser.text("#aim-found") == "Face found."
    words = [text for text in browser.texts("#aim-meters dd") if text.startswith("too little: ")]
    assert len(words) == poor == len(browser.texts("#aim-meters .poor"))


def test_it_says_how_large_a_face_must_be_while_none_is_found(browser, site, tmp_path):
    source = write_frames(tmp_path / "empty", [frame()])
    empty = site("--source", source, *FACES)
    browser.driver.get(empty.url)
    browser.wait_text("#nobody", "No face in view.")
    side = empty.get("/api/state")["limits"]["find_side"]
    assert f"at least {side} of 640 pixels" in browser.text("#aim-found")


def test_two_faces_have_a_card_each_and_the_larger_one_is_for_aiming(browser, site, tmp_path):
    source = write_frames(tmp_path / "two", [frame(60, 400)])
    browser.driver.get(site("--source", source, *FACES).url)
    until(lambda: len(browser.texts("#faces article")) == 2, "two faces")
    assert browser.texts("#faces h3") == ["Face 1", "Face 2"]
    assert browser.wait_text("#aim-found", "2 faces found")


def test_faces_stay_in_the_order_of_their_numbers(browser, site, tmp_path):
    browser.driver.get(site("--source", write_frames(tmp_path / "empty", [frame()]), *FACES).url)
    browser.wait_text("#nobody", "No face in view.")
    for seen in ([12], [12, 3], [3, 12, 5, 20], [20, 5]):
        assert browser.run(SHOW_FACES, seen) == [f"Face {number}" for number in sorted(seen)]


def test_with_aggregate_there_is_neither_picture_nor_face(browser, site, walk):
    browser.driver.get(site("--source", walk, *FACES, "--aggregate", 1.5).url)
    assert "counts labels over 1.5 min" in browser.wait_text(
        "#nobody", "no picture and no single face"
    )
    assert not browser.find("#stream").is_displayed()
    for hidden in ("#aim", "#changes", "#snapshot"):
        assert not browser.find(hidden).is_displayed()
    assert browser.texts("#faces article") == []


def test_figures_of_the_daemon_are_shown(browser, faces):
    browser.driver.get(faces.url)
    shown = browser.wait_text("#figures", "Frames per second")
    assert "Frames dropped" in shown
    assert faces.get("/api/state")["model"] in shown
    browser.wait_text("#figures", "To find faces")
