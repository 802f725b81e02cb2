"""What becomes of each hostile picture: it is refused, soon and for little, or a plain one is made of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from movies.models import Movie
from tests.movies.hostile import KINDS
from tests.movies.hostile.parts import SECRET, Picture
from tests.movies.pictures import QUARTERS, encoded, files, picture, put, quarters_of, see
from tests.once import once
from tests.refusals import errors_of
from tests.rows import rows

pytestmark = [
    once,
    pytest.mark.usefixtures("at_commit"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
]
# Each lies about itself in another way.
NAMES = [
    ("poster.php", "application/x-php"),
    ("poster.jpg.php", "image/jpeg"),
    ("poster.php.jpg", "image/png"),
    ("../../../etc/cron.d/poster.png", "image/png"),
    ("C:\\Windows\\poster.png", "image/webp"),
    ("poster.svg", "image/svg+xml"),
    (".htaccess", "text/plain"),
    ("poster\0.png", "image/png"),
    ("\u202egnp.exe", "image/png"),
    ("p" * 300 + ".png", "image/png"),
    ("<script>.html", "text/html"),
]


def test_there_are_enough_of_them():
    names = [name for kind in KINDS.values() for name, _ in kind()]
    assert len(names) == len(set(names)) > 200


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_refused_or_made_plain(ada, movie, media, url, kind):
    put(ada, url, encoded(picture()))
    for number, (name, hostile) in enumerate(KINDS[kind]()):
        before = rows(Movie), files(media)
        filename, content_type = NAMES[number % len(NAMES)]
        response = put(ada, url, hostile.content, name=filename, content_type=content_type)
        assert response.status_code in expected(hostile), name
        if response.status_code == 200:
            movie.refresh_from_db()
            poster, thumbnail = Path(movie.poster.path), Path(movie.poster_thumbnail.path)
            assert is_plain(poster), name
            assert is_plain(thumbnail), name
            assert len(files(media)) == len(before[1]) + 2, name  # the old ones go with the commit
            if "turned" in name:
                assert quarters_of(see(poster)) == quarters_of(see(thumbnail)) == QUARTERS, name
        else:
            assert errors_of(response)[0][0] == "poster", name
            assert (rows(Movie), files(media)) == before, name


def expected(hostile: Picture) -> set[int]:
    return {True: {200}, False: {400}, None: {200, 400}}[hostile.is_stored]


def is_plain(path: Path) -> bool:
    """A WebP of one lossy picture (RFC 9649, 2.5): no chunk but its pixels, nothing behind them, nothing planted."""
    content = path.read_bytes()
    length, pixels = (int.from_bytes(content[at : at + 4], "little") for at in (4, 16))
    is_one_chunk = content[:4] + content[8:16] == b"RIFFWEBPVP8 " and length + 8 == len(content)
    is_all = 20 + pixels + pixels % 2 == len(content)
    return is_one_chunk and is_all and SECRET not in content and b"script" not in content and b"<?php" not in content


@pytest.mark.skipif(sys.platform != "linux", reason="What a process needed at most is looked up in /proc.")
def test_a_refusal_costs_less_than_a_second_and_200_megabytes():
    """Seconds of CPU, so that it does not matter what else the computer does."""
    measured = subprocess.run([sys.executable, "-m", "tests.movies.cost"], capture_output=True, text=True)
    assert measured.returncode == 0, measured.stderr
    costs = json.loads(measured.stdout)
    refused = {name: cost for name, (is_stored, *cost) in costs.items() if not is_stored}
    assert len(refused) > 100
    assert {name: cost for name, cost in refused.items() if cost[0] > 1 or cost[1] > 200} == {}
    # What is stored costs what 25 megapixels cost: docs/decisions/posters.md.
    assert {name: cost for name, (_, *cost) in costs.items() if cost[0] > 2 or cost[1] > 450} == {}
