"""Draw README's picture: what `emotion-edge run` was shown, and what it said.

make --silent run | python docs/make_picture.py docs/output.jpg
"""

import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIDE, TEXT = 150, 34  # pixels
FONT = ImageFont.load_default(15)


def main(out: Path) -> None:
    """Draw two rows of labelled pictures from the JSON lines on stdin, and the first line below."""
    lines = [line for line in sys.stdin if line.startswith("{")]
    rows = [json.loads(line) for line in lines]
    ordered = rows[0::2] + rows[1::2]
    columns = len(rows) // 2
    sheet = Image.new("RGB", (columns * SIDE, 2 * (SIDE + TEXT) + 100), "#0d1117")
    draw = ImageDraw.Draw(sheet)
    for i, row in enumerate(ordered):
        left, top = i % columns * SIDE, i // columns * (SIDE + TEXT)
        with Image.open(row["source"]) as picture:
            x, y, width, height = row["box"]
            ImageDraw.Draw(picture).rectangle((x, y, x + width, y + height), outline="#7ee787")
            sheet.paste(picture.resize((SIDE, SIDE)), (left, top))
        text = f"{row['label']} {row['score']:.2f}"
        draw.text((left + SIDE / 2, top + SIDE + TEXT / 2), text, "white", FONT, anchor="mm")
    draw.multiline_text((10, 2 * (SIDE + TEXT) + 10), _wrap(lines[0]), "#7ee787", FONT, spacing=6)
    sheet.save(out, quality=88)


def _wrap(line: str, width: int = 118) -> str:
    words, wrapped = line.split(), [""]
    for word in words:
        if len(wrapped[-1]) + len(word) > width:
            wrapped.append("  ")
        wrapped[-1] += word + " "
    return "\n".join(wrapped)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
