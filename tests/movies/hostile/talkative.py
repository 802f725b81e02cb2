"""Good pictures that carry more than pixels."""

import struct
import zlib
from collections.abc import Iterator

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from tests.movies.hostile.parts import FORMATS, SECRET, Picture, chunk, extended, riff, segment
from tests.movies.pictures import encoded, picture, png

TINY = (b"IDAT", zlib.compress(bytes(4)))

# How a camera that is held so stores what it sees (EXIF 2.32, tag 0x0112).
TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def talkative() -> Iterator[tuple[str, Picture]]:
    """Good pictures that carry more than pixels: where they were taken, by whom, in which colours, what comes next."""
    black = {"save_all": True, "append_images": [Image.new("RGB", (80, 120))] * 20, "duration": 50}
    for format in FORMATS:
        for orientation in range(1, 9):
            turned = picture().transpose(TURNED[orientation]) if orientation in TURNED else picture()
            yield f"{format} turned {orientation}", Picture(encoded(turned, format, exif=exif_of(orientation)), True)
        yield f"{format} with a profile", Picture(encoded(picture(), format, icc_profile=profile()), True)
        yield f"{format} with a false profile", Picture(encoded(picture(), format, icc_profile=SECRET * 50), True)
        yield f"{format} with broken EXIF", Picture(encoded(picture(), format, exif=b"Exif\0\0MM\0*" + SECRET), True)
        huge = exif_of(1)
        huge[ExifTags.Base.ImageDescription] = SECRET.decode() * 3_000
        yield f"{format} with huge EXIF", Picture(encoded(picture(), format, exif=huge), True)
    for format in ("JPEG", "WEBP"):
        xmp = b"<x:xmpmeta>" + SECRET * 2_000 + b"</x:xmpmeta>"
        yield f"{format} with XMP", Picture(encoded(picture(), format, xmp=xmp), True)
    yield "jpeg with a comment", Picture(encoded(picture(), "JPEG", comment=SECRET), True)
    jpeg = encoded(picture(), "JPEG")
    for number in range(16):
        yield f"jpeg with APP{number}", Picture(jpeg[:2] + segment(0xE0 + number, SECRET * 20) + jpeg[2:], True)
    yield "jpeg with two thousand comments", Picture(jpeg[:2] + segment(0xFE, SECRET * 100) * 2_000 + jpeg[2:], True)
    text = PngImagePlugin.PngInfo()
    for key in ("Author", "Comment", "XML:com.adobe.xmp", "Raw profile type exif"):
        text.add_text(key, SECRET.decode())
        text.add_text(key, SECRET.decode(), zip=True)
        text.add_itxt(key, SECRET.decode(), "en", key)
    yield "png with texts", Picture(encoded(picture(), pnginfo=text), True)
    good = encoded(picture())
    pixels = png(1, 1, 8, 2, *[(b"tEXt", b"Author\0" + SECRET)] * 20_000, TINY)
    yield "png with twenty thousand texts", Picture(pixels, True)
    for kind in (b"prVt", b"eXIf", b"tIME", b"pHYs", b"sRGB", b"gAMA", b"cICP", b"caBX"):
        crc = struct.pack(">I", zlib.crc32(kind + SECRET))
        planted = struct.pack(">I", len(SECRET)) + kind + SECRET + crc
        yield f"png with {kind.decode()}", Picture(good[:33] + planted + good[33:], True)
    for kind in (b"EXIF", b"XMP ", b"ICCP", b"junk"):
        body = encoded(picture(), "WEBP")[12:]
        yield (
            f"webp with {kind.decode().strip()}",
            Picture(riff(extended(80, 120, 0x2C), body, chunk(kind, SECRET * 9)), True),
        )
    yield "animated webp", Picture(encoded(picture(), "WEBP", **black), True)
    yield "animated png", Picture(encoded(picture(), "PNG", **black), True)
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        image = Image.new(mode, (80, 120)) if mode == "I;16" else picture(mode="RGB").convert(mode)
        yield f"png {mode}", Picture(encoded(image), True)
    yield "png palette, see-through", Picture(encoded(picture(mode="P"), transparency=b"\0\x80" * 100), True)
    yield "png colour key", Picture(encoded(picture(), transparency=(255, 0, 0)), True)
    for mode in ("CMYK", "L", "YCbCr"):
        yield f"jpeg {mode}", Picture(encoded(picture(mode=mode), "JPEG"), True)
    yield "jpeg progressive", Picture(encoded(picture(), "JPEG", progressive=True), True)


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 29.9)
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = SECRET
    return exif


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
