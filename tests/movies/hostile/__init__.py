"""
Pictures that mean harm, or whose maker did not care: bombs, lies about size and kind, polyglots, what is broken at
every place, and what carries more than pixels. All are made here, by Pillow or byte by byte.
"""

from tests.movies.hostile.bombs import bombs
from tests.movies.hostile.broken import broken
from tests.movies.hostile.disguises import other_kinds, polyglots
from tests.movies.hostile.talkative import talkative

KINDS = {"bombs": bombs, "polyglots": polyglots, "other kinds": other_kinds, "broken": broken, "talkative": talkative}
