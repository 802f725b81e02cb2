"""The films of the demo. Nobody has made them yet."""

from collections.abc import Callable
from typing import NamedTuple

from reservations.management.demo import posters
from reservations.management.demo.canvas import Canvas

GENRES = {
    "adventure": "Adventure",
    "animation": "Animation",
    "comedy": "Comedy",
    "documentary": "Documentary",
    "drama": "Drama",
    "romance": "Romance",
    "science-fiction": "Science fiction",
    "thriller": "Thriller",
}


class Film(NamedTuple):
    title: str
    genres: tuple[str, ...]
    runtime_minutes: int
    released: int | None  # days from today; None for one that never had a premiere
    poster: Callable[[], Canvas]
    description: str


FILMS = (
    Film(
        "The Lighthouse Timetable",
        ("drama", "romance"),
        118,
        -19,
        posters.lighthouse,
        "A railway clerk is sent to an island without rails, to make its lighthouse run on time. The keeper has never"
        " owned a watch. Between the two of them: one kettle, forty-one steps, and a winter that keeps its own hours.",
    ),
    Film(
        "Nine Moons of Paper",
        ("science-fiction", "adventure"),
        141,
        -5,
        posters.moons,
        "Somebody folded the moons of a distant world, and one of them has begun to come undone. A cook, a retired"
        " postmistress and the only pilot who admits to being afraid set out with a very large pot of glue.",
    ),
    Film(
        "A Fox in the Orchestra",
        ("animation", "comedy"),
        88,
        -33,
        posters.fox,
        "The second violin practises at night, hates fish, and has never been seen without a hat. When the conductor's"
        " prize hen goes missing in the slow movement, all eyes turn to the strings. For everybody who can sit still"
        " for eighty-eight minutes, and for some who cannot.",
    ),
    Film(
        "Midnight at the Funicular",
        ("thriller",),
        104,
        -12,
        posters.funicular,
        "The last car leaves the summit with four passengers and arrives with five. A night attendant who only wanted"
        " to finish her crossword has eleven minutes, one radio and a brake that pulls to the left.",
    ),
    Film(
        "The Tea Smugglers",
        ("adventure", "comedy"),
        127,
        -47,
        posters.smugglers,
        "Three sisters, one leaking junk and nine hundred chests of the finest first flush. The customs cutter is"
        " faster, but its captain has a weakness: he is parched. A chase in which nobody draws a sword before the pot"
        " is empty.",
    ),
    Film(
        "Salt and Thunder",
        ("drama",),
        132,
        3,
        posters.thunder,
        "When the storm takes the harbour wall, a village of two hundred has until the spring tide to build another."
        " A film about stone, stubbornness, and neighbours who had not spoken since the last one.",
    ),
    Film(
        "The Cartographer’s Dog",
        ("comedy", "adventure"),
        93,
        -26,
        posters.cartographer,
        "He measured the whole province with a chain, a theodolite and a dachshund. The maps are perfect but for one"
        " thing: every path on them leads past a rabbit warren. Now an army is marching, and it has his atlas.",
    ),
    Film(
        "Seventeen Umbrellas",
        ("romance", "comedy"),
        101,
        0,
        posters.umbrellas,
        "The lost property office of a rainy city hands out the wrong umbrella, then the wrong sixteen after it."
        " By Thursday half the town is walking under somebody else's luck, and two people keep meeting to complain.",
    ),
    Film(
        "Quiet Engines",
        ("science-fiction", "drama"),
        156,
        -8,
        posters.engines,
        "The ship has flown for ninety years, and its engines have begun to hum. The engineer on watch is the only one"
        " who hears a tune in it. The committee would like her to stop singing along. Slow, strange, and best seen"
        " large.",
    ),
    Film(
        "The Last Apricot",
        ("documentary",),
        79,
        None,
        posters.apricot,
        "Eleven summers in one orchard, filmed from the same ladder. Trees are planted, grafted, argued over and let"
        " go. In the end there is a single fruit, and a long discussion about who gets to eat it.",
    ),
    Film(
        "Rooftop Cosmonauts",
        ("animation", "adventure"),
        84,
        -61,
        posters.cosmonauts,
        "Four children find out that the water tower on their roof was never meant to hold water. The countdown is"
        " chalked on the chimney, the helmets are colanders, and supper is at seven.",
    ),
    Film(
        "Below the Weir",
        ("thriller", "drama"),
        112,
        24,
        posters.weir,
        "Each spring the river gives something back. This year it is a rowing boat, tied with a knot that only one"
        " person in the valley ever used. In this cinema soon: bring somebody to hold on to.",
    ),
)
