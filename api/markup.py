"""What the API writes, as HTML."""

import json
import re

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# What a value names, by its key, or by its key and the one of what it is in.
NAMES = {
    "movie_id": "movie",
    "hall_number": "hall",
    "genres": "genre",
    "conflicts": "showtime",
    "actor.id": "user",
    "movie.id": "movie",
    "showtime.id": "showtime",
    "showtimes.id": "showtime",
}


def prose(text: str) -> SafeString:
    """Text in which `code` is marked, and a line's end is no paragraph's end."""
    one_line = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    return mark_safe(re.sub("`([^`]+)`", r"<code>\1</code>", escape(one_line)))  # noqa: S308


def marked_up(data, names: dict[str, str]) -> SafeString:
    """JSON in which one can browse: what names something leads there. `names` are those of this page, as in NAMES."""
    return mark_safe(write(data, NAMES | names))  # noqa: S308


def write(data, names: dict[str, str], container: str = "", key: str = "", indent: str = "\n") -> str:
    inner = f"{indent}    "
    if isinstance(data, dict) and data:
        members = (f"<b>{quoted(name)}</b>: {write(value, names, key, name, inner)}" for name, value in data.items())
        return f"{{{inner}{f',{inner}'.join(members)}{indent}}}"
    if isinstance(data, list) and data:
        return f"[{inner}{f',{inner}'.join(write(item, names, container, key, inner) for item in data)}{indent}]"
    link = link_to(data, names.get(f"{container}.{key}") or names.get(key))
    text = quoted(data)
    if link:
        return f'<a href="{escape(link)}">{text}</a>'
    return text if isinstance(data, str) else f"<i>{text}</i>"


def quoted(value) -> str:
    return escape(json.dumps(value, ensure_ascii=False))


def link_to(value, route: str | None) -> str | None:
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return value
    try:
        return reverse(f"{route}-detail", args=[value]) if route and value else None
    except NoReverseMatch:
        return None
