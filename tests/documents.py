"""What is written in the documents, for tests that do it."""

import re


def blocks(text: str, language: str) -> list[str]:
    """The code of this language in a page of Markdown."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def section(text: str, title: str) -> str:
    """What is below this heading of a page of Markdown, until the next one."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)[1]
