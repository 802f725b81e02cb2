"""
Posters: whatever picture an admin sends, what is stored and served is a plain WebP file of this server's own making.

An upload is untrusted (OWASP File Upload Cheat Sheet, API4:2023). Its content decides what it is, its header whether it
is decoded at all, and of its bytes none is kept: new ones are written from the pixels, without EXIF, XMP, colour
profile, comments, further frames, or whatever else was hidden behind the picture.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from threading import Lock
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import ExifTags, Image, ImageCms
from rest_framework.exceptions import ErrorDetail, ValidationError

from users.exceptions import PayloadTooLarge

FORMATS = ("JPEG", "PNG", "WEBP")
POSTER, THUMBNAIL = (1200, 1800), (300, 450)  # pixels that each has to fit in
# WebP: every browser since 2020 shows it, and it takes a good quarter fewer bytes than a JPEG that looks the same. It
# takes longer to write, but that happens once. At this quality, text on a poster still has clean edges.
QUALITY = 82
NAME = re.compile(r"posters/[0-9a-f]{32}(-thumbnail)?\.webp")

# Pillow's own guard, for the whole process: it only warns, and refuses twice this, but before a WebP decoder reserves
# memory for all the pixels, which it does as soon as the file is opened.
Image.MAX_IMAGE_PIXELS = settings.MAX_POSTER_PIXELS
# Decoding 25 megapixels takes up to 430 MB (a WebP of 40 bytes can be that large): one at a time in each process.
ONE_AT_A_TIME = Lock()
# A progressive JPEG has some ten scans, and each goes over the whole picture: 25 megapixels in 1,000 scans, which are
# only 140 kB, took 15 s. In 40 it takes 0.7 s.
START_OF_SCAN, MAX_SCANS = b"\xff\xda", 40
# As much as a JPEG can have. A picture of one column needs 20 bytes a pixel, only to remember where its rows begin.
MAX_SIDE = 65_535

# What turns a picture upright, by its EXIF orientation (EXIF 2.32, tag 0x0112). ImageOps.exif_transpose does it too,
# but writes the EXIF anew, which fails on the odd tags that cameras invent.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@contextmanager
def stored(upload: UploadedFile) -> Iterator[tuple[str, str]]:
    """
    The names under which `upload` now lies in the media storage, as poster and as thumbnail. When the block fails, the
    two files go again.

    Raises PayloadTooLarge beyond `MAX_POSTER_BYTES`; ValidationError at `poster` beyond `MAX_POSTER_PIXELS`, and for
    what is not a whole JPEG, PNG or WebP.
    """
    picture = read(upload)
    stem = f"posters/{uuid4().hex}"
    names = f"{stem}.webp", f"{stem}-thumbnail.webp"
    try:
        for name, box in zip(names, (POSTER, THUMBNAIL), strict=True):
            picture.thumbnail(box, Image.Resampling.LANCZOS)
            default_storage.save(name, ContentFile(webp(picture)))
        yield names
    except BaseException:
        remove(names)
        raise


def remove(names: Iterable[str]) -> None:
    for name in filter(None, names):
        default_storage.delete(name)


def read(upload: UploadedFile) -> Image.Image:
    if upload.size > settings.MAX_POSTER_BYTES:
        raise PayloadTooLarge(f"A poster has at most {settings.MAX_POSTER_BYTES:,} bytes. Send a smaller one.")
    try:
        with ONE_AT_A_TIME, Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > settings.MAX_POSTER_PIXELS or max(picture.size) > MAX_SIDE:
                raise Image.DecompressionBombError
            if picture.format in ("JPEG", "MPO") and b"".join(upload.chunks()).count(START_OF_SCAN) > MAX_SCANS:
                raise ValueError("more scans than any honest JPEG has")
            return plain(picture)
    except Image.DecompressionBombError:
        raise refusal(
            "too_many_pixels", f"A poster has at most {settings.MAX_POSTER_PIXELS:,} pixels, {MAX_SIDE:,} a side."
        ) from None
    except Exception as error:
        # Pillow raises whatever the bytes lead it to: OSError, SyntaxError, ValueError, EOFError, struct.error, …
        raise refusal("invalid_image", "This is not a whole JPEG, PNG or WebP picture.") from error


def refusal(code: str, detail: str) -> ValidationError:
    return ValidationError({"poster": [ErrorDetail(detail, code)]})


def plain(picture: Image.Image) -> Image.Image:
    """The picture (of an animation, the first) as nothing but pixels: upright, opaque, sRGB, no more than needed."""
    longer_side = max(POSTER)
    picture.draft(None, (longer_side, longer_side))  # decode a large JPEG at a half, quarter or eighth of its size
    picture.load()
    profile, orientation = picture.info.get("icc_profile"), orientation_of(picture)

    # First few pixels, then the rest of the work.
    if picture.mode == "I;16":
        picture = picture.point(lambda value: value / 256).convert("L")
    modes = ("RGBA",) if picture.has_transparency_data else ("RGB", "L", "CMYK")
    if picture.mode not in modes:
        picture = picture.convert(modes[0])
    picture.thumbnail((longer_side, longer_side), Image.Resampling.LANCZOS)

    if orientation in UPRIGHT:
        picture = picture.transpose(UPRIGHT[orientation])
    if picture.mode == "RGBA":
        seen_through, picture = picture, Image.new("RGB", picture.size, "white")
        picture.paste(seen_through, mask=seen_through)
    return srgb(picture, profile)


def orientation_of(picture: Image.Image) -> int:
    with suppress(Exception):  # broken EXIF turns nothing
        return picture.getexif().get(ExifTags.Base.Orientation, 1)
    return 1


def srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours that browsers assume. A profile that is broken, or for other colours, is as good as none."""
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            picture = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return picture.convert("RGB")


def webp(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return file.getvalue()
