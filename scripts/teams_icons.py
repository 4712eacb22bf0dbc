"""Draws the icons of the Teams app package: a statement behind, and in front of it the answer that rises.

Teams wants 192x192 in full colour, with what matters in the inner 120x120, and 32x32 in white on nothing.
"""

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

FOLDER = Path(__file__).parent.parent / "bot" / "platforms" / "teams" / "icons"
GROUND, BEHIND, FRONT, RISING = "#12455c", "#5f93a8", "#ffffff", "#e0862b"
FINE = 8
"""Drawn that many times larger, then made small: smooth edges."""
Box = tuple[float, float, float, float]
BACK: Box = (36, 40, 122, 106)
FORE: Box = (64, 70, 156, 140)
BARS: tuple[Box, ...] = ((82, 108, 94, 126), (103, 97, 115, 126), (124, 84, 136, 126))


def main() -> None:
    """Write both icons."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    colour().save(FOLDER / "color.png", optimize=True)
    outline().save(FOLDER / "outline.png", optimize=True)
    print(f"Drawn into {FOLDER}")


def colour() -> Image.Image:
    """192x192, opaque."""
    image = Image.new("RGB", (192 * FINE, 192 * FINE), GROUND)
    pen = ImageDraw.Draw(image)
    bubble(pen, BACK, BEHIND, tail=-1)
    bubble(pen, grown(FORE, 6), GROUND, tail=1)
    bubble(pen, FORE, FRONT, tail=1)
    for bar in BARS:
        pen.rounded_rectangle(fine(bar), 3 * FINE, fill=RISING)
    return image.resize((192, 192), Image.Resampling.LANCZOS)


def outline() -> Image.Image:
    """32x32, white on nothing: the bubble in front as a line, with the rising bars in it."""
    mask = Image.new("L", (192 * FINE, 192 * FINE), 0)
    pen = ImageDraw.Draw(mask)
    whole: Box = (14, 22, 178, 140)
    bubble(pen, whole, 255, tail=1, radius=26)
    hollow = Image.new("L", mask.size, 0)
    bubble(ImageDraw.Draw(hollow), grown(whole, -12), 255, tail=0, radius=16)
    mask = ImageChops.subtract(mask, hollow)
    pen = ImageDraw.Draw(mask)
    for bar in ((52, 88, 72, 118), (86, 68, 106, 118), (120, 46, 140, 118)):
        pen.rounded_rectangle(fine(bar), 5 * FINE, fill=255)
    image = Image.new("RGBA", (32, 32), "#ffffff")
    image.putalpha(mask.resize((32, 32), Image.Resampling.LANCZOS))
    return image


def bubble(pen: ImageDraw.ImageDraw, box: Box, fill: str | int, tail: int, radius: float = 16) -> None:
    """A speech bubble; `tail` hangs left (-1), right (1) or not at all (0)."""
    pen.rounded_rectangle(fine(box), radius * FINE, fill=fill)
    if tail:
        left, _, right, bottom = box
        outer = left + radius if tail < 0 else right - radius
        inner = outer - tail * 26
        pen.polygon(
            [(x * FINE, y * FINE) for x, y in ((outer, bottom - 2), (inner, bottom - 2), (outer, bottom + 20))], fill
        )


def grown(box: Box, by: float) -> Box:
    """The box, wider by so much on every side."""
    left, top, right, bottom = box
    return left - by, top - by, right + by, bottom + by


def fine(box: Box) -> Box:
    """The box as it is drawn."""
    left, top, right, bottom = box
    return left * FINE, top * FINE, right * FINE, bottom * FINE


if __name__ == "__main__":
    main()
