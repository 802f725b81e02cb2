"""What is written in the documents, for tests that do it."""

import re


def blocks(text: str, language: str) -> list[str]:
    """The code of this language in a page of Markdown."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
