"""A page as a browser sees it: what it shows, what it asks for, and what it loads."""

from html.parser import HTMLParser
from urllib.parse import urlencode

HTML = {"Accept": "text/html"}
WITHOUT_END = ("meta", "link", "img", "input", "br")


class Page(HTMLParser):
    def __init__(self, response):
        super().__init__()
        assert response["Content-Type"] == "text/html; charset=utf-8"
        self.status = response.status_code
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.scripts = ""
        self.inside = []
        self.lists: dict[str, list[dict]] = {}
        self.feed(response.content.decode())
        assert self.inside == [], "an element is not closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("select", "datalist"):
            self.options = self.lists[dict(attrs)["id"].removesuffix("-choices")] = []
        if tag == "option":
            self.options.append({"text": "", **dict(attrs)})
        if tag not in WITHOUT_END:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_data(self, data):
        if self.inside and self.inside[-1] in ("script", "style"):
            self.scripts += data
        else:
            self.text += data
            if self.inside and self.inside[-1] == "option":
                self.options[-1]["text"] += data

    def all(self, tag: str, **attributes) -> list[dict]:
        return [attrs for name, attrs in self.tags if name == tag and attributes.items() <= attrs.items()]

    def inputs(self) -> dict[str, dict]:
        """What the forms for writing ask for, by `METHOD-name`."""
        fields = [attrs for tag, attrs in self.tags if tag in ("input", "select", "textarea") and "id" in attrs]
        return {attrs["id"]: attrs for attrs in fields if not attrs["id"].startswith("query-")}

    def choices(self, field: str) -> dict[str, str]:
        """What a field's list has to choose from, in its order: each value, and what people see."""
        return {option["value"]: option["text"] for option in self.lists[field]}

    def chosen(self, field: str) -> list[str]:
        return [option["value"] for option in self.lists[field] if "selected" in option]

    def methods(self) -> list[str]:
        """Which operations it has a form for."""
        return [form["data-method"] for form in self.all("form") if form.get("data-encoding", "raw") != "raw"]

    def loads(self) -> set[str]:
        """The addresses that a browser fetches for it unasked."""
        sources = [attrs["src"] for _, attrs in self.tags if attrs.get("src")]
        return {*sources, *(link["href"] for link in self.all("link"))}


def page(client, address: str) -> Page:
    return Page(client.get(address, headers=HTML))


def send(client, method: str, address: str, asked: dict, headers: dict | None = HTML):
    """As a browser sends a form, with a list for each of several boxes that are checked."""
    sent = {name: value if isinstance(value, list) else [value] for name, value in asked.items()}
    text = urlencode({name: [str(value).replace("\n", "\r\n") for value in sent[name]] for name in sent}, doseq=True)
    return client.generic(method, address, text, "application/x-www-form-urlencoded", headers=headers)
