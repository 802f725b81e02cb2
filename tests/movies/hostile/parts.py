"""What hostile pictures are put together from."""

import struct
from typing import NamedTuple

from PIL import Image

from tests.movies.pictures import encoded, picture

SECRET = b"48.8583 N, 2.2944 E"  # planted wherever something could be left
FORMATS = ("JPEG", "PNG", "WEBP")


class Picture(NamedTuple):
    """Whether it may be stored: True, False, or None where that is up to the decoder."""

    content: bytes
    is_stored: bool | None


def noise(format: str, side: int = 300, **options) -> bytes:
    """What does not compress, so that there is something to cut and to corrupt."""
    return encoded(Image.effect_noise((side, side), 50).convert("RGB"), format, **options)


def chunk(kind: bytes, data: bytes) -> bytes:
    """Of RIFF, and so of WebP (RFC 9649, 2.3)."""
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended(width: int, height: int, flags: int = 0) -> bytes:
    """A WebP's header that says how large it is, and what is in it."""
    return chunk(
        b"VP8X", bytes([flags, 0, 0, 0]) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    )


def segment(marker: int, data: bytes) -> bytes:
    """Of a JPEG (ITU T.81, B.1.1.4)."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def sized(width: int, height: int) -> bytes:
    """A JPEG that is a few pixels large and says that it is larger."""
    content = encoded(picture(), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def gif(width: int, height: int, frames: int = 1) -> bytes:
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b"\x3b"


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def tiff(width: int, height: int) -> bytes:
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (279, 4, 1)]
    return (
        b"II*\0\x08\0\0\0"
        + struct.pack("<H", len(entries))
        + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        + bytes(4)
    )


def brand(name: bytes) -> bytes:
    """The beginning of what HEIC and AVIF are made of (ISO 14496-12)."""
    return b"\0\0\0\x1cftyp" + name + b"\0\0\0\0mif1" + name + b"miaf" + bytes(200)


def zipped() -> bytes:
    data = b"PK\x03\x04\x14\0\0\0\0\0" + bytes(16) + SECRET
    return data + b"PK\x05\x06" + bytes(18)
