"""The picture with its boxes, and the buttons below it."""

from PIL import Image

from tests.edge.output.web.browser.scenes import box_of
from tests.edge.output.web.browser.sites import FACES
from tests.edge.waiting import until


def boxes(browser, count: int) -> list[tuple[float, float]]:
    """Wait for so many boxes, each at another place than the one before."""
    found: list[tuple[float, float]] = []

    def moved() -> bool:
        box = box_of(browser)
        if box and (not found or abs(box[0] - found[-1][0]) > 0.03):
            found.append(box)
        return len(found) >= count

    until(moved, f"{count} boxes at different places")
    return found


def test_the_boxes_in_the_picture_go_with_the_face(browser, faces):
    browser.driver.get(faces.url)
    found = boxes(browser, 6)
    lefts = [left for left, _ in found]
    assert max(lefts) - min(lefts) > 0.15
    assert all(0.05 < right - left < 0.5 for left, right in found)


def test_the_label_of_the_face_is_that_of_stdout(browser, faces):
    browser.driver.get(faces.url)

    def agree() -> bool:
        last = [line["label"] for line in faces.daemon.stdout[-1:]]
        return [browser.text("#faces .label")] == last

    until(agree, "the last label on stdout")
    scores = browser.texts("#faces .bars .value")
    assert len(scores) == len(faces.get("/api/state")["labels"])
    assert abs(sum(map(float, scores)) - 1) < 0.05


def test_pause_takes_the_picture_away_and_resume_brings_it_back(browser, faces):
    browser.driver.get(faces.url)
    boxes(browser, 1)
    browser.find("#pause").click()
    browser.wait_text("#no-picture", "Paused")
    assert not browser.find("#stream").is_displayed()
    assert browser.run("return document.getElementById('stream').width") == 0
    assert not browser.find("#snapshot").is_enabled()
    assert browser.texts("#faces article") == []
    until(lambda: ("unknown", "paused") in faces.daemon.decisions, "a line that it is paused")
    browser.wait_text("#pause", "Resume")
    browser.find("#pause").click()
    boxes(browser, 3)
    assert not browser.find("#no-picture").is_displayed()


def test_a_pause_by_one_viewer_takes_the_picture_from_all(browser, faces):
    browser.driver.get(faces.url)
    boxes(browser, 1)
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("window")
    browser.driver.get(faces.url)
    until(lambda: browser.find("#pause").is_enabled(), "the button")
    browser.find("#pause").click()
    browser.wait_text("#no-picture", "Paused")
    browser.driver.close()
    browser.driver.switch_to.window(first)
    browser.wait_text("#no-picture", "Paused")
    assert box_of(browser) is None


def test_a_snapshot_is_saved_by_the_browser_alone(browser, faces):
    before = set(faces.daemon.folder.rglob("*"))
    browser.driver.get(faces.url)
    boxes(browser, 1)
    browser.find("#snapshot").click()
    path = until(lambda: [*browser.downloads.glob("*.jpg")], "a saved picture")[0]
    assert path.name in browser.wait_text("#message", "Handed to your browser")
    with Image.open(path) as picture:
        assert picture.size == (640, 480)
    path.unlink()
    assert set(faces.daemon.folder.rglob("*")) == before


def test_a_page_without_pictures_shows_labels_all_the_same(browser, site, walk):
    without = site("--source", walk, *FACES, "--no-web-picture")
    browser.driver.get(without.url)
    until(lambda: browser.text("#faces .label"), "a label")
    browser.wait_text("#no-picture", "switched off")
    assert not browser.find("#stream").is_displayed()
