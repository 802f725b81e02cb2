"""What is no poster, and what is too large for one."""

import zlib

import pytest
from PIL import Image

from movies.models import Movie
from tests.movies.pictures import (
    bomb,
    encoded,
    files,
    many_scans,
    picture,
    png,
    put,
    see,
)
from tests.refusals import errors_of, problem_of
from tests.rows import rows

# Pillow warns where we refuse a picture, and where we take one that has broken EXIF.
pytestmark = [
    pytest.mark.usefixtures("at_commit"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]


def tail_cut(format: str) -> bytes:
    content = encoded(Image.effect_noise((300, 300), 50).convert("RGB"), format)
    return content[: len(content) * 2 // 3]


GIF = encoded(picture(mode="P"), "GIF")
TEXT_BOMB = zlib.compress(bytes(20_000_000), 9)
PIXEL = (b"IDAT", zlib.compress(bytes(4)))


BAD = {
    "empty": (b"", "empty"),
    "text": (b"poster", "invalid_image"),
    "gif": (GIF, "invalid_image"),
    "gif-polyglot": (b"GIF89a/*" + GIF[8:] + b"*/=1;<script>alert(1)</script>", "invalid_image"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "invalid_image"),
    "html-polyglot": (b"<html><script>alert(1)</script>" + encoded(picture()), "invalid_image"),
    "pdf-polyglot": (b"%PDF-1.7" + encoded(picture()), "invalid_image"),
    "tiff": (encoded(picture(), "TIFF"), "invalid_image"),
    "bmp": (encoded(picture(), "BMP"), "invalid_image"),
    "ico": (encoded(picture(), "ICO"), "invalid_image"),
    "eps": (encoded(picture(), "EPS"), "invalid_image"),
    "ppm": (encoded(picture(), "PPM"), "invalid_image"),
    "tga": (encoded(picture(), "TGA"), "invalid_image"),
    "jpeg2000": (encoded(picture(), "JPEG2000"), "invalid_image"),
    "cut-jpeg": (tail_cut("JPEG"), "invalid_image"),
    "cut-png": (tail_cut("PNG"), "invalid_image"),
    "cut-webp": (tail_cut("WEBP"), "invalid_image"),
    "png-head": (encoded(picture())[:20], "invalid_image"),
    "jpeg-head": (encoded(picture(), "JPEG")[:20], "invalid_image"),
    "webp-head": (encoded(picture(), "WEBP")[:20], "invalid_image"),
    "no-pixels": (encoded(picture()).replace(b"IDAT", b"IDAX"), "invalid_image"),
    "no-width": (png(0, 1, 8, 2, PIXEL), "invalid_image"),
    "no-mode": (png(1, 1, 7, 9, PIXEL), "invalid_image"),
    "text-bomb": (png(1, 1, 8, 2, (b"zTXt", b"k\0\0" + TEXT_BOMB), PIXEL), "invalid_image"),
    "profile-bomb": (png(1, 1, 8, 2, (b"iCCP", b"k\0\0" + TEXT_BOMB), PIXEL), "invalid_image"),
    "itext-bomb": (png(1, 1, 8, 2, (b"iTXt", b"k\0\1\0\0\0" + TEXT_BOMB), PIXEL), "invalid_image"),
    "many-texts": (
        png(1, 1, 8, 2, *[(b"zTXt", b"k\0\0" + zlib.compress(bytes(1_000_000)))] * 70, PIXEL),
        "invalid_image",
    ),
    "scans": (many_scans(100), "invalid_image"),
    "144-megapixels": (bomb(12_000, 12_000), "too_many_pixels"),
    "a-row-too-many": (bomb(5_000, 5_001), "too_many_pixels"),
    "one-line": (bomb(25_000_001, 1), "too_many_pixels"),
    "largest-header": (png(2**31 - 1, 2**31 - 1, 1, 0, PIXEL), "too_many_pixels"),
}


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD)
def test_what_is_no_poster_is_refused(ada, movie, media, url, content, code):
    put(ada, url, encoded(picture()))
    before = rows(Movie), files(media)
    assert errors_of(put(ada, url, content)) == [("poster", code)]
    assert (rows(Movie), files(media)) == before


def test_a_bomb_is_small():
    assert len(bomb(12_000, 12_000)) < 20_000


def test_a_webp_is_refused_by_its_header(ada, url):
    """Of 16,384 × 16,384 pixels, for which a decoder would reserve two gigabytes when it is made."""
    header = b"VP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2
    body = b"WEBP" + header + encoded(Image.new("RGB", (16, 16)), "WEBP")[12:]
    content = b"RIFF" + len(body).to_bytes(4, "little") + body
    assert errors_of(put(ada, url, content)) == [("poster", "too_many_pixels")]


def test_as_many_pixels_as_there_may_be(ada, media, url):
    assert put(ada, url, bomb(5_000, 5_000)).status_code == 200
    assert see(media / files(media)[1]).size == (1200, 1200)


def test_too_many_bytes(ada, movie, media, url, settings):
    content = encoded(picture())
    settings.MAX_POSTER_BYTES = len(content) - 1
    before = rows(Movie)
    response = put(ada, url, content)
    assert problem_of(response) == (413, "payload_too_large")
    assert (rows(Movie), files(media)) == (before, [])
    settings.MAX_POSTER_BYTES = len(content)
    assert put(ada, url, content).status_code == 200


def test_a_body_larger_than_any(ada, movie, media, url):
    before = rows(Movie)
    assert problem_of(put(ada, url, bytes(5_200_000))) == (413, "payload_too_large")
    assert (rows(Movie), files(media)) == (before, [])
