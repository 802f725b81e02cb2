import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from movies import posters
from movies.models import Movie
from tests.cast import as_
from tests.movies.pictures import (
    BLUE,
    GREEN,
    QUARTERS,
    RED,
    YELLOW,
    bomb,
    encoded,
    files,
    many_scans,
    picture,
    png,
    put,
    quarters_of,
    upload,
)
from tests.refusals import errors_of, problem_of
from tests.rows import rows

# Pillow warns where we refuse a picture, and where we take one that has broken EXIF.
pytestmark = [
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]

SECRET = b"48.8583 N, 2.2944 E"


@pytest.fixture(autouse=True)
def at_commit(request, django_capture_on_commit_callbacks):
    """What waits for the commit is done, where a test runs in a transaction that never is committed."""
    if request.node.get_closest_marker("django_db"):
        yield
    else:
        with django_capture_on_commit_callbacks(execute=True):
            yield


def put_and_see(user, url: str, content: bytes) -> Image.Image:
    """The poster as it is stored."""
    response = put(user, url, content)
    assert response.status_code == 200, response.content
    return see(Path(Movie.objects.get(pk=response.json()["id"]).poster.path))


def see(path: Path) -> Image.Image:
    image = Image.open(BytesIO(path.read_bytes()))
    image.load()
    return image


# What becomes of a good one


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


def test_a_name_or_type_that_lies_does_not_matter(ada, media, url):
    response = put(ada, url, encoded(picture()), name="../../evil.html\0.php", content_type="text/html")
    assert response.status_code == 200
    assert all(posters.NAME.fullmatch(name) for name in files(media))


# What is refused


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


def test_as_many_pixels_as_there_may_be(ada, url):
    assert put_and_see(ada, url, bomb(5_000, 5_000)).size == (1200, 1200)


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


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "required"),
        ({"picture": upload(encoded(picture()))}, "required"),
        ({"poster": "a text"}, "invalid"),
        ({"poster": [upload(encoded(picture())), upload(encoded(picture()))]}, "too_many_files"),
        ({"poster": upload(encoded(picture())), "more": upload(b"x")}, "too_many_files"),
    ],
)
def test_it_takes_one_file(ada, movie, media, url, fields, code):
    for file in fields.get("poster", []) if isinstance(fields.get("poster"), list) else fields.values():
        if not isinstance(file, str):
            file.seek(0)
    before = rows(Movie)
    assert errors_of(as_(ada).put(url, fields, format="multipart")) == [("poster", code)]
    assert (rows(Movie), files(media)) == (before, [])


def test_other_fields_are_ignored(ada, movie, url):
    fields = {"poster": upload(encoded(picture())), "title": "Other", "id": 7}
    response = as_(ada).put(url, fields, format="multipart")
    assert (response.status_code, response.json()["title"]) == (200, movie.title)


@pytest.mark.parametrize("content_type", ["application/json", "image/png", "application/x-www-form-urlencoded", ""])
def test_only_multipart_is_taken(ada, movie, media, url, content_type):
    before = rows(Movie)
    response = as_(ada).generic("PUT", url, encoded(picture()), content_type=content_type)
    assert problem_of(response) == (415, "unsupported_media_type")
    assert (rows(Movie), files(media)) == (before, [])


@pytest.mark.parametrize(
    "body", [b"", b"--x--\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", b"\0" * 100]
)
@pytest.mark.parametrize("boundary", ["; boundary=x", "", "; boundary="])
def test_a_broken_form(ada, movie, media, url, body, boundary):
    before = rows(Movie)
    response = as_(ada).generic("PUT", url, body, content_type=f"multipart/form-data{boundary}")
    assert response.status_code == 400
    assert (rows(Movie), files(media)) == (before, [])


def test_there_is_nothing_else_to_do_with_it(ada, url):
    for method in ("get", "post", "patch"):
        assert getattr(as_(ada), method)(url).status_code == 405


@pytest.mark.parametrize("method", ["put", "delete"])
def test_nobody_else_may(alice, ada, anonymous, media, url, method):
    put(ada, url, encoded(picture()))
    before = rows(Movie), files(media)
    for client, status, code in [(anonymous, 401, "not_authenticated"), (as_(alice), 403, "permission_denied")]:
        response = getattr(client, method)(url, {"poster": upload(encoded(picture()))}, format="multipart")
        assert problem_of(response) == (status, code)
    assert (rows(Movie), files(media)) == before


def test_a_movie_that_is_not_there(ada, media, url):
    for method in ("put", "delete"):
        response = getattr(as_(ada), method)("/api/v1/movies/0/poster/", {"poster": upload(b"")}, format="multipart")
        assert response.status_code == 404
    assert files(media) == []
