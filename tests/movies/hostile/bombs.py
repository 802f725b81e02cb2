"""Small to send, and large to look at; or said to be."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache

from PIL import Image

from tests.movies.hostile.parts import Picture, bmp, extended, gif, riff, sized, tiff
from tests.movies.pictures import bomb, encoded, many_scans, png

SIDE = 5_000  # 25 megapixels are the most there may be
TINY = (b"IDAT", zlib.compress(bytes(4)))
ZEROS = zlib.compress(bytes(20_000_000), 9)


def bombs() -> Iterator[tuple[str, Picture]]:
    yield "png 144 megapixels", Picture(bomb(12_000, 12_000), False)
    yield "png a row too many", Picture(bomb(SIDE, SIDE + 1), False)
    yield "png one line", Picture(bomb(SIDE * SIDE + 1, 1), False)
    yield "png one column", Picture(bomb(1, SIDE * SIDE + 1), False)
    yield "png interlaced", Picture(bomb(12_000, 12_000).replace(b"\1\0\0\0\0", b"\1\0\0\0\1", 1), False)
    for width, height in [
        (2**31 - 1, 2**31 - 1),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (65_536, 65_536),
        (2**32 - 1, 2**32 - 1),
    ]:
        yield f"png says {width}x{height}", Picture(png(width, height, 1, 0, TINY), False)
    for width, height in [(65_535, 65_535), (65_500, 1_000), (SIDE, SIDE + 1)]:
        yield f"jpeg says {width}x{height}", Picture(sized(width, height), False)
    for width, height in [(16_384, 16_384), (2**24, 2**24), (2**24, 1), (SIDE, SIDE + 1)]:
        small = encoded(Image.new("RGB", (16, 16)), "WEBP")[12:]
        yield f"webp says {width}x{height}", Picture(riff(extended(width, height), small), False)
    lossless = bytearray(encoded(Image.new("RGB", (16, 16)), "WEBP", lossless=True))
    lossless[21:25] = struct.pack("<I", 16_383 | 16_383 << 14)
    yield "webp lossless says 16384x16384", Picture(bytes(lossless), False)
    lossy = bytearray(encoded(Image.new("RGB", (16, 16)), "WEBP"))
    lossy[26:30] = struct.pack("<HH", 16_383, 16_383)
    yield "webp lossy says 16383x16383", Picture(bytes(lossy), False)
    yield "gif says 65535x65535", Picture(gif(65_535, 65_535), False)
    yield "bmp says 65535x65535", Picture(bmp(65_535, 65_535), False)
    yield "tiff says 65535x65535", Picture(tiff(65_535, 65_535), False)
    for kind, data in {
        "zTXt": b"k\0\0" + ZEROS,
        "iCCP": b"k\0\0" + ZEROS,
        "iTXt": b"k\0\1\0\0\0" + ZEROS,
    }.items():
        yield f"png {kind} bomb", Picture(png(1, 1, 8, 2, (kind.encode(), data), TINY), False)
    texts = [(b"zTXt", b"k\0\0" + zlib.compress(bytes(1_000_000)))] * 70
    yield "png many text bombs", Picture(png(1, 1, 8, 2, *texts, TINY), False)
    yield "png more data than pixels", Picture(png(1, 1, 8, 2, (b"IDAT", ZEROS)), None)
    for scans in (40, 100, 1_000, 10_000):
        yield f"jpeg {scans} scans", Picture(many_scans(scans), False)
    yield "largest jpeg of too many scans", Picture(large_progressive(100), False)
    yield "largest jpeg of many scans, cut", Picture(large_progressive(30)[:-50], False)
    yield "largest jpeg", Picture(encoded(Image.new("L", (SIDE, SIDE), 99), "JPEG"), True)
    yield "largest png", Picture(bomb(SIDE, SIDE), True)
    yield "png of one line", Picture(bomb(SIDE * SIDE, 1), False)
    yield "png of one column", Picture(bomb(1, SIDE * SIDE), False)
    largest = largest_webp()
    yield "largest webp", Picture(largest, True)
    yield "largest webp, cut", Picture(largest[:-10], False)
    content = bytearray(noisy_webp()[:-100])
    content[4:8], content[16:20] = struct.pack("<I", len(content) - 8), struct.pack("<I", len(content) - 20)
    yield "largest webp, broken at its end", Picture(bytes(content), False)
    for depth, colours in [(8, 2), (8, 6), (16, 0), (16, 2), (16, 6)]:
        yield f"largest png {depth}/{colours}, cut", Picture(large_png(depth, colours)[:-2_000], False)


@cache
def large_progressive(scans: int) -> bytes:
    content = encoded(Image.new("L", (SIDE, SIDE), 128), "JPEG", progressive=True)
    scan = content[content.rfind(b"\xff\xda") : -2]
    return content[:-2] + scan * scans + content[-2:]


@cache
def largest_webp() -> bytes:
    return encoded(Image.new("RGB", (SIDE, SIDE), "green"), "WEBP", lossless=True, method=0)


@cache
def noisy_webp() -> bytes:
    image, tile = Image.new("L", (SIDE, SIDE)), Image.effect_noise((500, 500), 20)
    for x in range(0, SIDE, 500):
        for y in range(0, SIDE, 500):
            image.paste(tile, (x, y))
    content = encoded(image, "WEBP", lossless=True, method=0, quality=0)
    return content[: len(content) - len(content) % 2]


@cache
def large_png(depth: int, colours: int) -> bytes:
    channels = {0: 1, 2: 3, 6: 4}[colours]
    row = bytes(1 + SIDE * channels * depth // 8)
    return png(SIDE, SIDE, depth, colours, (b"IDAT", zlib.compress(row * SIDE, 1)))
