"""Cut, corrupt, contradictory."""

import random
import struct
import zlib
from collections.abc import Iterator

from tests.movies.hostile.parts import FORMATS, Picture, chunk, extended, noise, riff, sized
from tests.movies.pictures import encoded, picture, png

TINY = (b"IDAT", zlib.compress(bytes(4)))


def broken() -> Iterator[tuple[str, Picture]]:
    for format in FORMATS:
        content = noise(format)
        for part in (0.01, 0.1, 0.25, 0.5, 0.75, 0.9):
            yield f"{format} cut at {part}", Picture(content[: int(len(content) * part)], False)
        for length in (4, 12, 20, 32):
            yield f"{format} of {length} bytes", Picture(content[:length], False)
        yield f"{format} less its last bytes", Picture(content[:-20], None)
        rng = random.Random(format)
        for number in range(6):
            corrupt = bytearray(content)
            for _ in range(50 * (number + 1)):
                corrupt[rng.randrange(30, len(corrupt))] = rng.randrange(256)
            yield f"{format} corrupt {number}", Picture(bytes(corrupt), None)
    good = encoded(picture())
    data = good.index(b"IDAT")
    yield "png corrupt CRC of pixels", Picture(good[: data + 20] + b"\x55" + good[data + 21 :], None)
    yield "png corrupt CRC of header", Picture(good[:29] + b"\0\0\0\0" + good[33:], False)
    yield "png no pixels", Picture(good.replace(b"IDAT", b"IDAX"), False)
    yield "png no end", Picture(good[:-12], None)
    yield "png no header", Picture(good[:8] + good[33:], False)
    yield "png two headers", Picture(good[:33] + good[8:], None)
    yield "png chunk without end", Picture(good[:33] + struct.pack(">I", 2**31 - 1) + b"IDAT" + bytes(100), False)
    for width, height in [(0, 0), (0, 1), (1, 0)]:
        yield f"png of {width}x{height}", Picture(png(width, height, 8, 2, TINY), False)
        yield f"jpeg of {width}x{height}", Picture(sized(width, height), False)
    for depth, colours in [(7, 9), (16, 3), (0, 0), (8, 5), (255, 255)]:
        yield f"png of depth {depth} and colours {colours}", Picture(png(1, 1, depth, colours, TINY), False)
    yield "png palette without one", Picture(png(1, 1, 8, 3, (b"IDAT", zlib.compress(b"\0\xff"))), None)
    yield (
        "png index beyond its palette",
        Picture(png(1, 1, 8, 3, (b"PLTE", bytes(3)), (b"IDAT", zlib.compress(b"\0\xff"))), None),
    )
    yield "png too few pixels", Picture(png(80, 120, 8, 2, TINY), False)
    jpeg = encoded(picture(), "JPEG")
    table = jpeg.index(b"\xff\xc4")
    yield "jpeg corrupt Huffman table", Picture(jpeg[: table + 5] + b"\xff" * 16 + jpeg[table + 21 :], False)
    yield "jpeg no Huffman table", Picture(jpeg.replace(b"\xff\xc4", b"\xff\xee"), True)
    yield "jpeg no quantization table", Picture(jpeg.replace(b"\xff\xdb", b"\xff\xee"), False)
    yield "jpeg markers alone", Picture(b"\xff\xd8" + b"\xff\xd0" * 50_000 + b"\xff\xd9", False)
    yield "webp of no chunk", Picture(riff(), False)
    yield "webp of no picture", Picture(riff(extended(80, 120)), False)
    yield "webp animation of no frame", Picture(riff(extended(80, 120, 2), chunk(b"ANIM", bytes(6))), False)
    yield "webp that says it is endless", Picture(b"RIFF\xff\xff\xff\xff" + encoded(picture(), "WEBP")[8:], None)
    yield (
        "webp chunk that says it is endless",
        Picture(b"RIFF\xf0\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + bytes(64), False),
    )
