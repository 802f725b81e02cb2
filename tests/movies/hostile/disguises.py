"""Something else than a picture, or something else besides."""

import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.movies.hostile.parts import FORMATS, SECRET, Picture, brand, chunk, gif, riff, segment, zipped
from tests.movies.pictures import encoded, picture, png

SCRIPT = b"<script>alert('" + SECRET + b"')</script>"
PHP = b"<?php system('" + SECRET + b"'); ?>"


def polyglots() -> Iterator[tuple[str, Picture]]:
    """Pictures that are something else too. Before the picture or instead of it: refused. Behind it or in it: gone."""
    for format in FORMATS:
        content = encoded(picture(), format)
        for name, other in {
            "html": SCRIPT,
            "php": PHP,
            "zip": zipped(),
            "itself": content,
            "zeros": bytes(100_000),
        }.items():
            yield f"{format} then {name}", Picture(content + other, True)
        yield f"html then {format}", Picture(SCRIPT + content, False)
        yield f"pdf then {format}", Picture(b"%PDF-1.7\n" + content, False)
    small = gif(80, 120)
    yield "gif and html", Picture(b"GIF89a/*" + small[8:] + b"*/=1;" + SCRIPT, False)
    yield "gif then png", Picture(small + encoded(picture()), False)
    jpeg = encoded(picture(), "JPEG")
    script = segment(0xFE, b"*/=" + SECRET + b";/*")
    yield "jpeg and javascript", Picture(b"\xff\xd8\xff\xe0\x2f\x2a" + bytes(0x2F2A - 2) + script + jpeg[20:], None)
    yield "jpeg with php in its comment", Picture(jpeg[:2] + segment(0xFE, PHP) + jpeg[2:], True)
    yield "png with php in its pixels", Picture(encoded(Image.frombytes("RGB", (len(PHP), 1), PHP * 3)), True)
    yield (
        "png with php in its palette",
        Picture(png(1, 1, 8, 3, (b"PLTE", (PHP * 20)[:768]), (b"IDAT", zlib.compress(b"\0\0"))), True),
    )
    yield "svg", Picture(b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", False)
    yield (
        "svg with a declaration",
        Picture(b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>", False),
    )
    yield "html", Picture(b"<!doctype html>" + SCRIPT, False)
    yield "zip", Picture(zipped(), False)
    yield "program", Picture(b"\x7fELF\x02\x01\x01" + bytes(200), False)
    yield "jpeg of two pictures", Picture(encoded(picture(), "MPO", save_all=True, append_images=[picture()]), True)


def other_kinds() -> Iterator[tuple[str, Picture]]:
    """What Pillow could read, and is not asked to."""
    for format in (
        "GIF",
        "TIFF",
        "BMP",
        "ICO",
        "EPS",
        "PPM",
        "TGA",
        "PCX",
        "SGI",
        "PDF",
        "JPEG2000",
        "DDS",
        "ICNS",
        "AVIF",
    ):
        yield format.lower(), Picture(encoded(picture(), format), False)
    for name in (b"heic", b"heix", b"avif", b"avis", b"mp42"):
        yield f"{name.decode()} header", Picture(brand(name), False)
    yield "psd", Picture(b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 120, 80, 8, 3) + bytes(200), False)
    yield (
        "eps that reads a file",
        Picture(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd)(r)file\n", False),
    )
    yield "mvg", Picture(b"push graphic-context\nimage over 0,0 0,0 'https://example.org/x'\n", False)
    yield "xbm", Picture(b"#define x_width 1\n#define x_height 1\nstatic char x_bits[] = {0};\n", False)
    yield "gif of ten thousand frames", Picture(gif(1, 1, 10_000), False)
    yield "riff that is a film", Picture(riff(chunk(b"LIST", bytes(50))).replace(b"WEBP", b"AVI "), False)
    yield "text", Picture(b"poster", False)
    yield "nothing", Picture(b"", False)
    yield "one byte", Picture(b"\x89", False)
    yield "zeros", Picture(bytes(100_000), False)
