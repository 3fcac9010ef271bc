"""Labels on pictures: in a font that has their letters, else as a number with a legend."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFont, features

from emotion_edge.output.captions import Caption, CaptionWriter
from emotion_edge.output.fonts import FontFinder, covers, default_font, is_drawable

BOX = (20, 60, 100)
NO_FONTS = FontFinder(())
FOREIGN = (
    "喜び",
    "счастье",
    "سعيد",
    "हँसी",
    "😀",
    "👨\u200d👩\u200d👧",
    "ไทย",
    "bad\ud83d",
    "a\x1b[2Jb",
)


def black(width: int = 320, height: int = 240) -> Image.Image:
    return Image.new("RGB", (width, height))


def make_font(folder: Path, letters: str) -> Path:
    """Write a font in which each of the letters is another rectangle."""
    builder = pytest.importorskip("fontTools.fontBuilder", reason="makes a font")
    pens = pytest.importorskip("fontTools.pens.ttGlyphPen")
    names = [".notdef", *(f"letter{i}" for i in range(len(letters)))]
    font = builder.FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    glyphs = {}
    for i, name in enumerate(names):
        pen, right = pens.TTGlyphPen(None), 400 + 40 * i
        for j, point in enumerate(((100, 0), (100, 700), (right, 700), (right, 0))):
            (pen.lineTo if j else pen.moveTo)(point)
        pen.closePath()
        glyphs[name] = pen.glyph()
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics(dict.fromkeys(names, (900, 100)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupPost()
    font.setupNameTable({"familyName": "Test", "styleName": "Regular"})
    font.setupOS2()
    folder.mkdir(parents=True, exist_ok=True)
    font.save(folder / "test.ttf")
    return folder / "test.ttf"


def has_legend(writer: CaptionWriter) -> bool:
    return writer.add_legend(black()).height > 240


@pytest.mark.parametrize("label", FOREIGN)
def test_a_label_without_a_font_is_a_number_with_a_legend(label):
    writer = CaptionWriter(NO_FONTS)
    drawn = writer.draw(black(), [Caption(label, "0.87", BOX)], 320)
    expected = CaptionWriter(NO_FONTS).draw(black(), [Caption("[1]", "0.87", BOX)], 320)
    assert np.array_equal(drawn, expected)
    writer.draw(black(), [Caption(label, "0.11", BOX), Caption("happy", "0.5", BOX)], 320)
    legend = np.asarray(writer.add_legend(black()))[240:]
    assert (legend == 255).mean() > 0.5
    assert (legend < 100).sum() > 100  # the label in ASCII


def test_each_label_has_its_own_number_and_line():
    writer, heights = CaptionWriter(NO_FONTS), []
    for label in ("喜び", "счастье", "喜び", "happy"):
        writer.draw(black(), [Caption(label, "0.87", BOX)], 320)
        heights.append(writer.add_legend(black()).height)
    assert 240 < heights[0] < heights[1] == heights[2] == heights[3]


def test_a_font_of_the_system_is_used_if_it_has_every_letter(tmp_path):
    path = make_font(tmp_path / "deep" / "er", "喜び")
    (tmp_path / "broken.ttf").write_bytes(b"\0" * 1000)
    finder = FontFinder((str(tmp_path), "/nowhere"))
    font = finder.find("喜び", 14)
    assert isinstance(font, ImageFont.FreeTypeFont)
    assert (font.path, font.size) == (str(path), 14)
    assert finder.find("喜悦", 14) is None
    assert finder.missing == ["喜悦"]
    writer = CaptionWriter(finder)
    writer.draw(black(), [Caption("喜び", "0.87", BOX)], 320)
    assert not has_legend(writer)
    writer.draw(black(), [Caption("喜悦", "0.87", BOX)], 320)
    assert has_legend(writer)


def test_plain_labels_need_no_font_of_the_system_and_no_legend():
    writer = CaptionWriter(NO_FONTS)
    writer.draw(black(), [Caption("happy", "0.87", BOX), Caption("no face")], 320)
    assert not has_legend(writer)
    assert NO_FONTS.find("happy", 14) is default_font(14)
    assert not covers(None, "x")


@pytest.mark.parametrize(("width", "height"), [(320, 240), (90, 320), (8, 320), (1, 320), (320, 1)])
def test_a_caption_stays_within_its_picture(width, height):
    for label in ("happy", "x" * 60, "喜び", "y" * 2000):
        writer = CaptionWriter(NO_FONTS)
        captions = [Caption(label, "0.87", (width - 5, height - 5, 50)), Caption("no face")]
        drawn = writer.draw(black(width, height), captions, 320)
        assert max(drawn.size) == 320
        writer.add_legend(drawn)


def test_a_long_label_is_drawn_smaller_or_as_a_number():
    long = "x" * 30
    writer = CaptionWriter(NO_FONTS)
    writer.draw(black(1600, 1200), [Caption(long, "0.87", BOX)], 1600)
    assert not has_legend(writer)
    writer.draw(black(), [Caption("x" * 60, "0.87", BOX)], 320)
    assert has_legend(writer)


def test_a_caption_at_the_right_edge_is_moved_into_the_picture():
    strips = []
    for left in (250, 300):
        caption = Caption("a rather long label", "0.87", (left, 60, 15))
        drawn = CaptionWriter(NO_FONTS).draw(black(), [caption], 320)
        strips.append(np.asarray(drawn)[:56])
    assert strips[0].any()
    assert np.array_equal(*strips)


def test_scripts_that_need_arranging_are_numbers_without_raqm(monkeypatch):
    assert [is_drawable(label) for label in ("喜び", "été", "tab\t", "\u202eabc")] == [
        *(True, True, False, False)
    ]
    monkeypatch.setattr(features, "check", lambda _: False)
    assert [is_drawable(label) for label in ("喜び", "سعيد", "हँसी", "שמח")] == [
        *(True, False, False, False)
    ]
