from importlib import reload

import pytest
from django.urls import Resolver404, resolve

from api.media import media as view
from project import urls

HEX = "0123456789abcdef" * 2
CONTENT = b"RIFF....WEBP, or whatever it is"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """The folder, with a poster in it, and what should not be there."""
    settings.MEDIA_ROOT = tmp_path / "media"
    posters = tmp_path / "media" / "posters"
    posters.mkdir(parents=True)
    for name in (f"{HEX}.webp", f"{HEX}-thumbnail.webp", f"{HEX}.html", f"{HEX}.webp.html", "cinema.webp"):
        (posters / name).write_bytes(CONTENT)
    (tmp_path / "media" / f"{HEX}.webp").write_bytes(CONTENT)
    (tmp_path / "secret.txt").write_bytes(CONTENT)


@pytest.mark.django_db  # only because the end of a request looks after a connection that an earlier test left open
@pytest.mark.parametrize("name", [f"{HEX}.webp", f"{HEX}-thumbnail.webp"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_anyone_gets_a_poster(client, method, name):
    response = getattr(client, method)(f"/media/posters/{name}")
    assert response.status_code == 200
    expected = CONTENT if method == "get" else b""
    assert b"".join(response.streaming_content) == expected
    response.close()
    headers = {
        "Content-Type": "image/webp",
        "Content-Length": str(len(CONTENT)),
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: response[name] for name in headers} == headers
    assert "Vary" not in response
    assert not response.cookies


@pytest.mark.parametrize(
    "name",
    [
        "",
        "posters/",
        f"posters/{'f' * 32}.webp",
        f"posters/{HEX}.html",
        f"posters/{HEX}.webp.html",
        f"posters/{HEX}.webp/",
        f"posters/{HEX}.webp%0A",
        f"posters/{HEX}.webp%00",
        f"posters/{HEX.upper()}.webp",
        "posters/cinema.webp",
        f"{HEX}.webp",
        f"posters//{HEX}.webp",
        f"posters/../posters/{HEX}.webp",
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "posters/..%2f..%2fsecret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
    ],
)
def test_nothing_else_is_served(client, name):
    response = client.get(f"/media/{name}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_it_can_only_be_read(client, method):
    response = getattr(client, method)(f"/media/posters/{HEX}.webp")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "method_not_allowed"


@pytest.fixture
def urls_of(settings):
    """The routes, as they are with another MEDIA_URL."""

    def routes(media_url: str):
        settings.MEDIA_URL = media_url
        return reload(urls)

    yield routes
    settings.MEDIA_URL = "/media/"
    reload(urls)


@pytest.mark.parametrize("media_url", ["https://cdn.example/media/", "//cdn.example/media/"])
def test_it_is_not_there_where_another_server_has_the_files(urls_of, media_url):
    assert view not in [getattr(route, "callback", None) for route in urls_of(media_url).urlpatterns]


def test_it_can_be_elsewhere_on_this_server(urls_of):
    routes = urls_of("/cinema/files/")
    match = resolve(f"/cinema/files/posters/{HEX}.webp", routes)
    assert (match.func, match.kwargs) == (view, {"name": f"posters/{HEX}.webp"})
    with pytest.raises(Resolver404):
        resolve(f"/media/posters/{HEX}.webp", routes)
