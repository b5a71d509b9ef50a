"""The one reader of pages: every HTML answer that any test opens goes through it."""

from collections import Counter
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Elements whose end tag HTML lets a writer leave out.
LAX = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class Reader(HTMLParser):
    """Reads a page and keeps what the house rules ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.titles = self.h1s = 0
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str]] = []
        self.inside_label: list[bool] = []
        self.forms: list[dict[str, object]] = []
        self.refs: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.open: list[str] = []
        self.fragment = True

    def handle_decl(self, decl: str) -> None:
        self.fragment = False

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self._nest(tag)
        if "id" in given:
            self.ids[given["id"]] += 1
        for name in given:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"inline {name} on <{tag}>")
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline <{tag}>")
        self.titles += tag == "title" and "svg" not in self.open
        self.h1s += tag == "h1"
        if tag == "label":
            if given.get("for"):
                self.labelled.add(given["for"])
            self.inside_label.append(True)
        if tag == "form":
            self.forms.append({"method": given.get("method", "get").lower(), "token": False})
        self._control(tag, given)
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            self.refs += [(name, target) for target in given.get(name, "").split()]
        if tag == "img" and "alt" not in given:
            self.faults.append("<img> without alt")

    def _nest(self, tag):
        if tag == "form" and "form" in self.open:
            self.faults.append("a form inside a form")
        if tag not in VOID:
            self.open.append(tag)

    def _control(self, tag, given):
        if given.get("name") == "csrf_token" and self.forms:
            self.forms[-1]["token"] = True
        if tag in ("input", "select", "textarea") and given.get("type", "text") not in UNLABELLED:
            self.inputs.append({**given, "_inside": str(bool(self.inside_label))})

    def handle_endtag(self, tag):
        if tag == "label" and self.inside_label:
            self.inside_label.pop()
        while self.open and self.open[-1] != tag and self.open[-1] in LAX:
            self.open.pop()
        if tag in self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.faults.append(f"</{tag}> does not close <{self.open[-1] if self.open else 'nothing'}>")


def check(html: str) -> None:
    """Hold a page to the rules of the house.

    Raises:
        AssertionError: naming each rule that is broken.
    """
    page = Reader()
    page.feed(html)
    faults = list(page.faults)
    faults += [f"id {name} stands {count} times" for name, count in page.ids.items() if count > 1]
    faults += ["a POST form without its token" for form in page.forms if form["method"] == "post" and not form["token"]]
    faults += [
        f"no label for {given.get('name') or given.get('id')}"
        for given in page.inputs
        if given["_inside"] == "False"
        and given.get("id") not in page.labelled
        and not given.get("aria-label")
        and not given.get("aria-labelledby")
    ]
    if not page.fragment:
        faults += [f"{page.titles} titles"] if page.titles != 1 else []
        faults += [f"{page.h1s} h1"] if page.h1s != 1 else []
        faults += [f"{name} points to no {target}" for name, target in page.refs if target not in page.ids]
    assert not faults, "; ".join(sorted(set(faults)))
