"""What the posters of the demo are drawn with: flat shapes, soft gradients and one typeface, in units of 800 × 1200."""

import math
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 800, 1200
FINER = 2  # drawn twice as large and then reduced, since Pillow's shapes have no soft edges of their own

Point = tuple[float, float]
Colour = str | tuple[int, ...]


def dice(seed: int) -> Random:
    """The same throws each time: it is about stars and rain, not about secrets."""
    return Random(seed)  # noqa: S311


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


class Canvas:
    def __init__(self, top: Colour, bottom: Colour):
        size = (WIDTH * FINER, HEIGHT * FINER)
        shade = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
        self.image = Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), shade)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def jpeg(self) -> bytes:
        file = BytesIO()
        self.image.reduce(FINER).save(file, "JPEG", quality=95, subsampling=0)
        return file.getvalue()

    def polygon(self, points: Iterable[Point], fill: Colour) -> None:
        self.draw.polygon([(x * FINER, y * FINER) for x, y in points], fill)

    def line(self, points: Iterable[Point], width: float, fill: Colour) -> None:
        self.draw.line([(x * FINER, y * FINER) for x, y in points], fill, round(width * FINER), joint="curve")

    def rectangle(self, x: float, y: float, width: float, height: float, fill: Colour, radius: float = 0) -> None:
        box = (x * FINER, y * FINER, (x + width) * FINER, (y + height) * FINER)
        self.draw.rounded_rectangle(box, radius * FINER, fill)

    def circle(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.draw.ellipse(around(x, y, radius), fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: Colour) -> None:
        self.draw.ellipse(around(x, y, radius), outline=fill, width=round(width * FINER))

    def oval(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """Around (x, y)."""
        self.draw.ellipse([n * FINER for n in (x - width / 2, y - height / 2, x + width / 2, y + height / 2)], fill)

    def slice(self, x: float, y: float, radius: float, start: float, end: float, fill: Colour) -> None:
        """A piece of a cake, from angle to angle in degrees, clockwise from three o'clock."""
        self.draw.pieslice(around(x, y, radius), start, end, fill)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, width: float, fill: Colour) -> None:
        self.draw.arc(around(x, y, radius), start, end, fill, round(width * FINER))

    def glow(self, x: float, y: float, radius: float, fill: Colour, strength: float = 1) -> None:
        """Light that fades from the middle outwards."""
        size = round(2 * radius * FINER)
        light = Image.radial_gradient("L").point(lambda value: max(0, 255 - 1.42 * value) * strength)
        light = light.resize((size, size), Image.Resampling.BILINEAR)
        self.image.paste(fill, (round((x - radius) * FINER), round((y - radius) * FINER)), light)

    def waves(self, y: float, height: float, length: float, fill: Colour, shift: float = 0) -> None:
        """Everything below a wavy line."""
        crest = [(x, y + height * math.sin(2 * math.pi * (x + shift) / length)) for x in range(0, WIDTH + 5, 5)]
        self.polygon([*crest, (WIDTH, HEIGHT), (0, HEIGHT)], fill)

    def letters(
        self, text: str, x: float, y: float, size: float, fill: Colour, *, spacing=0.06, weight=0.03, align="centre"
    ) -> None:
        """One line of text, its top at `y`; `x` is its middle, or with `align="left"` its left edge."""
        face, gap = font(round(size * FINER)), spacing * size * FINER
        length = sum(face.getlength(letter) + gap for letter in text) - gap
        cursor = x * FINER - (length / 2 if align == "centre" else 0)
        for letter in text:
            self.draw.text(
                (cursor, y * FINER), letter, fill, face, stroke_width=weight * size * FINER / 2, stroke_fill=fill
            )
            cursor += face.getlength(letter) + gap

    def title(self, *lines: str, y: float, size: float, fill: Colour, x: float = WIDTH / 2, **style) -> None:
        """Lines of capitals, the first one's top at `y`."""
        for number, line in enumerate(lines):
            self.letters(line.upper(), x, y + number * size * 1.12, size, fill, **style)


def around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius) * FINER, (y - radius) * FINER, (x + radius) * FINER, (y + radius) * FINER


def at(x: float, y: float, radius: float, degrees: float) -> Point:
    """The point so far from (x, y), clockwise from three o'clock."""
    return x + radius * math.cos(math.radians(degrees)), y + radius * math.sin(math.radians(degrees))


def fan(x: float, y: float, radius: float, corners: int, turned: float = 0) -> list[Point]:
    """The corners of a regular polygon."""
    return [at(x, y, radius, turned + 360 * n / corners) for n in range(corners)]
