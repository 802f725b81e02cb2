"""What becomes of a good poster: a plain picture, upright, and no more than needed."""

from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from movies import posters
from movies.models import Movie
from tests.movies.hostile.parts import SECRET
from tests.movies.pictures import (
    BLUE,
    GREEN,
    QUARTERS,
    RED,
    YELLOW,
    encoded,
    files,
    many_scans,
    picture,
    put,
    quarters_of,
    see,
)

# Pillow warns where we refuse a picture, and where we take one that has broken EXIF.
pytestmark = [
    pytest.mark.usefixtures("at_commit"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]


def put_and_see(user, url: str, content: bytes) -> Image.Image:
    """The poster as it is stored."""
    response = put(user, url, content)
    assert response.status_code == 200, response.content
    return see(Path(Movie.objects.get(pk=response.json()["id"]).poster.path))


def test_a_poster_is_stored_and_shown(ada, anonymous, movie, media, url):
    shown = anonymous.get(f"/api/v1/movies/{movie.pk}/").json()
    response = put(ada, url, encoded(picture()))
    assert response.status_code == 200
    poster, thumbnail = files(media)[::-1]
    assert posters.NAME.fullmatch(poster)
    assert thumbnail == poster.replace(".webp", "-thumbnail.webp")
    expected = shown | {
        "poster": f"http://testserver/media/{poster}",
        "poster_thumbnail": f"http://testserver/media/{thumbnail}",
    }
    assert response.json() == expected == anonymous.get(f"/api/v1/movies/{movie.pk}/").json()


def test_where_another_server_has_the_media(ada, media, url, settings):
    settings.MEDIA_URL = "https://cdn.example/cinema/"
    body = put(ada, url, encoded(picture())).json()
    poster, thumbnail = files(media)[::-1]
    assert body["poster"] == f"https://cdn.example/cinema/{poster}"
    assert body["poster_thumbnail"] == f"https://cdn.example/cinema/{thumbnail}"


@pytest.mark.parametrize(
    ("size", "poster", "thumbnail"),
    [
        ((80, 120), (80, 120), (80, 120)),
        ((300, 450), (300, 450), (300, 450)),
        ((2400, 3600), (1200, 1800), (300, 450)),
        ((2400, 1200), (1200, 600), (300, 150)),
        ((1000, 4000), (450, 1800), (112, 450)),
        ((1, 1), (1, 1), (1, 1)),
        ((5000, 1), (1200, 1), (300, 1)),
    ],
)
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_it_is_made_to_fit_and_never_enlarged(ada, media, url, format, size, poster, thumbnail):
    assert put(ada, url, encoded(Image.new("RGB", size), format)).status_code == 200
    stored = [see(media / name) for name in files(media)[::-1]]
    assert [(image.format, image.mode, image.size) for image in stored] == [
        ("WEBP", "RGB", poster),
        ("WEBP", "RGB", thumbnail),
    ]


def sixteen_bits() -> Image.Image:
    image = Image.new("I;16", (80, 120), 0x8000)
    image.paste(0xFFFF, (0, 0, 40, 120))
    return image


def palette(*, see_through: int) -> bytes:
    """The four quarters by palette, the one of this number not to be seen."""
    image = Image.new("P", (2, 2))
    image.putpalette([value for colour in QUARTERS for value in colour])
    image.putdata([0, 1, 2, 3])
    return encoded(image.resize((80, 120)), transparency=see_through)


WHITE = (255, 255, 255)
AND_A_BLACK_ONE = {"save_all": True, "append_images": [Image.new("RGB", (80, 120))]}


GOOD = {
    "png": (encoded(picture()), QUARTERS),
    "jpeg": (encoded(picture(), "JPEG", quality=95), QUARTERS),
    "progressive": (encoded(picture(), "JPEG", quality=95, progressive=True), QUARTERS),
    "cmyk": (encoded(picture(mode="CMYK"), "JPEG", quality=95), QUARTERS),
    "webp": (encoded(picture(), "WEBP", lossless=True), QUARTERS),
    "webp-rgba": (encoded(picture(mode="RGBA"), "WEBP", lossless=True), QUARTERS),
    "see-through": (encoded(Image.new("RGBA", (80, 120), (255, 0, 0, 0))), [WHITE] * 4),
    "grey-alpha": (encoded(Image.new("LA", (80, 120), (0, 0))), [WHITE] * 4),
    "grey-key": (encoded(Image.new("L", (80, 120), 9), transparency=9), [WHITE] * 4),
    "one-bit": (encoded(Image.new("1", (80, 120), 1)), [WHITE] * 4),
    "palette": (encoded(picture(mode="P")), QUARTERS),
    "palette-key": (palette(see_through=1), [RED, WHITE, BLUE, YELLOW]),
    "animated-webp": (encoded(picture(), "WEBP", lossless=True, **AND_A_BLACK_ONE), QUARTERS),
    "animated-png": (encoded(picture(), "PNG", **AND_A_BLACK_ONE), QUARTERS),
    "multi-picture": (encoded(picture(), "MPO", quality=95, **AND_A_BLACK_ONE), QUARTERS),
    "scans": (many_scans(10), None),
}


@pytest.mark.parametrize(("content", "quarters"), GOOD.values(), ids=GOOD)
def test_every_kind_of_picture_becomes_a_plain_one(ada, url, content, quarters):
    image = put_and_see(ada, url, content)
    assert (image.format, image.mode, getattr(image, "n_frames", 1)) == ("WEBP", "RGB", 1)
    if quarters:
        assert quarters_of(image) == quarters


def test_half_transparent_becomes_half_white(ada, url):
    image = put_and_see(ada, url, encoded(Image.new("RGBA", (80, 120), (255, 0, 0, 128))))
    red, green, blue = image.getpixel((40, 60))
    assert red > 250
    assert green == pytest.approx(127, abs=4)
    assert blue == pytest.approx(127, abs=4)


def test_sixteen_bits_become_eight(ada, url):
    image = put_and_see(ada, url, encoded(sixteen_bits()))
    assert image.getpixel((10, 60)) == pytest.approx((255, 255, 255), abs=3)
    assert image.getpixel((70, 60)) == pytest.approx((128, 128, 128), abs=3)


@pytest.mark.parametrize(
    ("orientation", "size", "quarters"),
    [
        (0, (80, 120), [RED, GREEN, BLUE, YELLOW]),
        (1, (80, 120), [RED, GREEN, BLUE, YELLOW]),
        (2, (80, 120), [GREEN, RED, YELLOW, BLUE]),
        (3, (80, 120), [YELLOW, BLUE, GREEN, RED]),
        (4, (80, 120), [BLUE, YELLOW, RED, GREEN]),
        (5, (120, 80), [RED, BLUE, GREEN, YELLOW]),
        (6, (120, 80), [BLUE, RED, YELLOW, GREEN]),
        (7, (120, 80), [YELLOW, GREEN, BLUE, RED]),
        (8, (120, 80), [GREEN, YELLOW, RED, BLUE]),
        (9, (80, 120), [RED, GREEN, BLUE, YELLOW]),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_it_is_turned_upright(ada, url, format, orientation, size, quarters):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = put_and_see(ada, url, encoded(picture(), format, exif=exif, quality=95))
    assert image.size == size
    assert quarters_of(image) == quarters


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0This is no TIFF."])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_turns_nothing(ada, url, format, exif):
    assert quarters_of(put_and_see(ada, url, encoded(picture(), format, exif=exif, quality=95))) == QUARTERS


def with_everything(format: str) -> bytes:
    """Where it was taken, by whom and when, in every way that the format knows, and something behind its end."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = exif[ExifTags.Base.Artist] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 29.9)
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {"exif": exif, "icc_profile": profile, "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", "quality": 95}
    if format == "JPEG":
        options["comment"] = SECRET
    if format == "PNG":
        del options["xmp"]
        options["pnginfo"] = text = PngImagePlugin.PngInfo()
        for key in ("Author", "XML:com.adobe.xmp"):
            text.add_text(key, SECRET.decode())
        text.add_itxt("Where", SECRET.decode())
    content = encoded(picture(), format, **options) + b"<script>" + SECRET + b"</script>"
    assert content.count(SECRET) >= 4
    return content


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_pixels_survives(ada, media, url, format):
    assert quarters_of(put_and_see(ada, url, with_everything(format))) == QUARTERS
    for name in files(media):
        content = (media / name).read_bytes()
        # Of a lossy WebP's chunks (RFC 9649) only its pixels, and the size in the header is all of the file.
        assert content[:4] + content[8:16] == b"RIFFWEBPVP8 "
        assert int.from_bytes(content[4:8], "little") + 8 == len(content)
        for trace in (SECRET, b"script", b"Exif", b"ICCP", b"xmp"):
            assert trace not in content
        image = see(media / name)
        assert not image.getexif()
        assert not image.info.keys() & {"exif", "xmp", "icc_profile"}


def test_a_colour_profile_is_applied(ada, url):
    """A linear grey of 55 is what sRGB writes as about 128."""
    linear = linear_profile()
    image = put_and_see(ada, url, encoded(Image.new("RGB", (80, 120), (55, 55, 55)), icc_profile=linear))
    assert image.getpixel((40, 60)) == pytest.approx((128, 128, 128), abs=4)


def linear_profile() -> bytes:
    """sRGB's own profile with a gamma of 1: each of its three curves points to one of type `curv` without entries."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    curve = len(profile)
    profile += b"curv" + bytes(8)
    profile[0:4] = len(profile).to_bytes(4, "big")
    for number in range(int.from_bytes(profile[128:132], "big")):
        tag = 132 + 12 * number
        if profile[tag : tag + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            profile[tag + 4 : tag + 12] = curve.to_bytes(4, "big") + (12).to_bytes(4, "big")
    return bytes(profile)


@pytest.mark.parametrize("space", ["LAB", "XYZ", None])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_a_profile_that_does_not_fit_is_as_good_as_none(ada, url, mode, space):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes() if space else b"junk"
    image = put_and_see(ada, url, encoded(Image.new("L", (80, 120), 99).convert(mode), icc_profile=profile))
    assert image.getpixel((40, 60)) == pytest.approx((99, 99, 99), abs=3)
