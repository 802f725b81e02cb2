"""Pictures for the tests, good and bad, made by Pillow or byte by byte."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.cast import as_

RED, GREEN, BLUE, YELLOW = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 0)
QUARTERS = [RED, GREEN, BLUE, YELLOW]


def picture(width: int = 80, height: int = 120, mode: str = "RGB") -> Image.Image:
    """Four quarters: red and green above blue and yellow, so that one sees which way is up."""
    image = Image.new("RGB", (2, 2))
    image.putdata(QUARTERS)
    return image.resize((width, height), Image.Resampling.NEAREST).convert(mode)


def quarters_of(image: Image.Image) -> list[tuple[int, int, int]]:
    """The colours of its quarters, each as the nearest that `picture` has, or white."""
    width, height = image.size
    middles = [(x, y) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    seen = [image.convert("RGB").getpixel(middle) for middle in middles]
    known = [*QUARTERS, (255, 255, 255)]
    return [
        min(known, key=lambda other: sum(abs(a - b) for a, b in zip(colour, other, strict=True))) for colour in seen
    ]


def encoded(image: Image.Image, format: str = "PNG", **options) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def upload(content: bytes, name: str = "poster.png", content_type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def png(width: int, height: int, depth: int, colours: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks (PNG 3rd edition, 5.3), between its header and its end."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in [(b"IHDR", header), *chunks, (b"IEND", b"")]:
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return content


def bomb(width: int, height: int) -> bytes:
    """Black in one bit a pixel, which compresses to next to nothing."""
    rows = bytes(1 + (width + 7) // 8) * height
    return png(width, height, 1, 0, (b"IDAT", zlib.compress(rows, 9)))


def many_scans(count: int) -> bytes:
    """A progressive JPEG, its last scan said again and again."""
    content = encoded(Image.new("L", (64, 64), 128), "JPEG", progressive=True)
    scan = content[content.rfind(b"\xff\xda") : -2]
    return content[:-2] + scan * count + content[-2:]


def files(media: Path) -> list[str]:
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def put(user, url: str, content: bytes, **names):
    return as_(user).put(url, {"poster": upload(content, **names)}, format="multipart")


def see(path: Path) -> Image.Image:
    """The poster as it is stored."""
    image = Image.open(BytesIO(path.read_bytes()))
    image.load()
    return image
