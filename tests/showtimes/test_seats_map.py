"""GET showtimes/{id}/seats/map/: the same as a picture. Its ETag and 304 are in test_seats_etag.py."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from movies.models import Movie
from reservations.cancellations import cancel_showtime
from tests.cast import as_
from tests.cinema import ids_of, make_hall, make_movie, make_showtime, reserve, tomorrow
from tests.refusals import nothing_changes, problem_of

SVG = "{http://www.w3.org/2000/svg}"
HARMLESS = {"svg", "title", "desc", "style", "defs", "g", "rect", "circle", "path", "use", "text", "tspan"}
XLINK = "{http://www.w3.org/1999/xlink}"

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(showtime) -> str:
    return f"/api/v1/showtimes/{showtime.pk}/seats/map/"


def drawn(client, url: str) -> ElementTree.Element:
    """The picture, which is well-formed XML or else raises ParseError."""
    response = client.get(url)
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own


def titles(picture: ElementTree.Element) -> dict[str, str]:
    """The title of each seat by its label."""
    found = [title.text for title in picture.iter(f"{SVG}title") if re.match(r"[A-Z]{1,2}\d+\b", title.text)]
    labels = [re.match(r"[A-Z]{1,2}\d+\b", text)[0] for text in found]
    assert len(set(labels)) == len(labels)
    return dict(zip(labels, found, strict=True))


# What it is


def test_anyone_gets_an_svg(anonymous, url):
    response = anonymous.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert drawn(anonymous, url).tag == f"{SVG}svg"


@pytest.mark.parametrize("accept", ["image/svg+xml", "image/*", "*/*", "text/html,image/avif,image/webp,*/*;q=0.8"])
def test_a_browsers_img_element_gets_it_too(anonymous, url, accept):
    response = anonymous.get(url, headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")


def test_each_seat_has_a_title_that_tells_all_of_it(anonymous, alice, bob, showtime, url):
    reserve(alice, showtime, "A1", "C1")
    reserve(bob, showtime, "A2", hold=True)
    showtime.block(ids_of(showtime, "D1"))
    found = titles(drawn(anonymous, url))
    seats = anonymous.get(url.removesuffix("map/")).json()
    assert list(found) == [seat["label"] for seat in seats]
    for seat in seats:
        for fact in (seat["kind"], seat["price"], "EUR", seat["status"]):
            assert fact in found[seat["label"]]


def test_statuses_are_those_of_the_moment(anonymous, alice, clock, showtime, url):
    reserve(alice, showtime, "A1", hold=True)
    assert "held" in titles(drawn(anonymous, url))["A1"]
    clock.shift(timedelta(hours=1))
    assert "available" in titles(drawn(anonymous, url))["A1"]


@pytest.mark.parametrize("state", ["started", "cancelled"])
def test_a_closed_showtime_is_drawn_with_all_its_seats_and_says_so(anonymous, clock, showtime, url, state):
    if state == "cancelled":
        cancel_showtime(showtime)
    else:
        clock.move_to(tomorrow())
    picture = drawn(anonymous, url)
    assert len(titles(picture)) == 20
    assert state in "".join(picture.itertext())


@pytest.mark.parametrize("layout", [["S"], ["S" * 60], ["S"] * 60, ["." * 59 + "A"] * 2, ["", "...", "P"], ["S.S.P.A"]])
def test_any_layout_can_be_drawn(anonymous, layout):
    showtime = make_showtime(hall=make_hall(1, layout=layout))
    picture = drawn(anonymous, f"/api/v1/showtimes/{showtime.pk}/seats/map/")
    assert len(titles(picture)) == showtime.capacity


def test_it_is_small(anonymous, alice):
    showtime = make_showtime(hall=make_hall(1, layout=["S" * 20] * 14 + ["A" * 10 + "P" * 10]))
    reserve(alice, showtime, *[seat.label for seat in showtime.seats.all()][::2])
    response = anonymous.get(f"/api/v1/showtimes/{showtime.pk}/seats/map/")
    assert len(titles(ElementTree.fromstring(response.content))) == 300  # noqa: S314
    assert len(response.content) < 100_000


# That it harms nobody


EVIL = [
    '</title><script>alert("1")</script>',
    "<svg onload='alert(1)'>",
    "AT&T & <b>",
    "]]>",
    "&#x3c;script&#x3e;",
    "a\x0bb\x1f\ufffe",
    "ﷺ 🎬 Амели \u202e",
    "W" * 200,
]


@pytest.mark.parametrize("title", EVIL)
def test_no_title_breaks_it_or_brings_a_script_in(anonymous, title):
    showtime = make_showtime(make_movie(title))
    response = anonymous.get(f"/api/v1/showtimes/{showtime.pk}/seats/map/")
    picture = ElementTree.fromstring(response.content)  # noqa: S314
    assert len(titles(picture)) == 20
    for element in picture.iter():
        assert element.tag.removeprefix(SVG) in HARMLESS
        assert not [name for name in element.attrib if name.startswith("on")]
        for link in ("href", f"{XLINK}href"):
            assert element.get(link, "#").startswith("#")


def test_it_fetches_nothing_from_anywhere(anonymous, url):
    content = anonymous.get(url).content.decode()
    for loader in ("<?xml-stylesheet", "<!DOCTYPE", "@import", "url(", "<image", "<foreignObject", "javascript:"):
        assert loader not in content
    assert set(re.findall(r"https?://[^\"'\s)]+", content)) <= {"http://www.w3.org/2000/svg"}


# The same as seats/


def test_a_new_title_of_the_movie_changes_its_etag(anonymous, url):
    before = anonymous.get(url)
    Movie.objects.update(title="The Longer Shot")
    after = anonymous.get(url, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert b"The Longer Shot" in after.content


def test_it_costs_as_many_queries_however_large_the_hall(anonymous, showtime, django_assert_num_queries):
    large = make_showtime(hall=make_hall(2, layout=["S" * 50] * 20))
    for one in (showtime, large):
        # the showtime with its movie, what is blocked, what is reserved, the seats
        with django_assert_num_queries(3):
            anonymous.get(f"/api/v1/showtimes/{one.pk}/seats/map/")


@pytest.mark.parametrize("key", ["4711", "0", "99999999999999999999", "first"])
def test_that_of_an_unknown_showtime_is_not_found_and_says_so_in_json(anonymous, showtime, key):
    response = anonymous.get(f"/api/v1/showtimes/{key}/seats/map/", headers={"Accept": "image/svg+xml"})
    assert problem_of(response) == (404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(ada, url, method):
    with nothing_changes():
        response = getattr(as_(ada), method)(url)
    assert problem_of(response) == (405, "method_not_allowed")


def test_nothing_but_svg_can_be_had(anonymous, url):
    assert problem_of(anonymous.get(url, headers={"Accept": "image/png"})) == (406, "not_acceptable")
