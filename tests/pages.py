"""The one reader of pages: every HTML answer that any test opens goes through it."""

import re
from collections import Counter
from functools import lru_cache
from html import unescape

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Elements whose end tag HTML lets a writer leave out.
LAX = {"p", "li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
# A browser keeps what was typed in these, and offers it to whoever sits down next.
REMEMBERED = {"text", "search", "email", "tel", "url", "number"}
# What stands in these is text, whatever it looks like.
RAW = {"script", "style"}

_TAG = re.compile(
    r"""<!--.*?-->|<!(?P<declaration>[^>]*)>|</(?P<end>[a-zA-Z][^\s/>]*)[^>]*>
    |<(?P<start>[a-zA-Z][^\s/>]*)(?P<attributes>(?:[^>"']++|"[^"]*"|'[^']*')*+)>
    |<(?P<broken>[a-zA-Z/!].{,40})""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


@lru_cache(10_000)
def _attributes(written: str) -> dict[str, str]:
    """Return the attributes of a tag. The same tags stand on every page: read once, they are only looked at."""
    return {
        name.lower(): unescape(double or single or bare) for name, double, single, bare in _ATTRIBUTE.findall(written)
    }


class Reader:
    """Reads a page and keeps what the house rules ask about.

    Python's own parser takes more than twice as long, and every page of every test is read.
    """

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()
        self.titles = self.h1s = 0
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str]] = []
        self.inside_label: list[bool] = []
        self.forms: list[dict[str, object]] = []
        self.refs: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.summary: list[str] = []
        self.summary_depth = 0
        self.open: list[str] = []
        self.fragment = True

    def feed(self, html: str) -> None:
        """Read a whole page."""
        place = 0
        while found := _TAG.search(html, place):
            place = found.end()
            if found["start"]:
                tag = found["start"].lower()
                self._start(tag, _attributes(found["attributes"]))
                if found["attributes"].endswith("/"):
                    self._end(tag)
                elif tag in RAW:
                    closing = html.find(f"</{tag}", place)
                    place = len(html) if closing < 0 else closing
            elif found["end"]:
                self._end(found["end"].lower())
            elif found["declaration"] is not None:
                self.fragment = False
            elif found["broken"]:
                self.faults.append(f"a tag that does not end: <{found['broken']}")

    def _start(self, tag: str, given: dict[str, str]) -> None:
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
        self._complaint(tag, given)
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            self.refs += [(name, target) for target in given.get(name, "").split()]
        if tag == "img" and "alt" not in given:
            self.faults.append("<img> without alt")

    def _nest(self, tag):
        if tag == "form" and "form" in self.open:
            self.faults.append("a form inside a form")
        if tag not in VOID:
            self.open.append(tag)

    def _complaint(self, tag, given):
        if "data-errors" in given:
            self.summary_depth = len(self.open)
        if tag == "a" and len(self.open) > self.summary_depth > 0 and given.get("href", "").startswith("#"):
            self.summary.append(given["href"][1:])

    def _control(self, tag, given):
        if given.get("name") == "csrf_token" and self.forms:
            self.forms[-1]["token"] = True
        if tag in ("input", "select", "textarea") and given.get("type", "text") not in UNLABELLED:
            self.inputs.append({**given, "_tag": tag, "_inside": str(bool(self.inside_label))})

    def _end(self, tag):
        if tag == "label" and self.inside_label:
            self.inside_label.pop()
        while self.open and self.open[-1] != tag and self.open[-1] in LAX:
            self.open.pop()
        if tag in self.open and self.open[-1] == tag:
            self.open.pop()
            self.summary_depth *= len(self.open) >= self.summary_depth
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
    faults += [
        f"{given.get('name') or given.get('id')} may be remembered by the browser: say its autocomplete"
        for given in page.inputs
        if given.get("type", "text") in REMEMBERED and given["_tag"] == "input"
        if "autocomplete" not in given and "readonly" not in given
    ]
    faults += [
        f"{given.get('name') or given.get('id')} is put back by the browser, by its place in a list: say autocomplete=off"
        for given in page.inputs
        if given["_tag"] == "select" or given.get("type") in {"checkbox", "radio"}
        if given.get("autocomplete") != "off"
    ]
    places = {name: place for place, name in enumerate(page.ids)}
    order = [places[target] for target in page.summary if target in places]
    faults += ["the summary is in another order than the page: " + ", ".join(page.summary)] * (order != sorted(order))
    if not page.fragment:
        faults += [f"{page.titles} titles"] if page.titles != 1 else []
        faults += [f"{page.h1s} h1"] if page.h1s != 1 else []
        faults += [f"{name} points to no {target}" for name, target in page.refs if target not in page.ids]
    assert not faults, "; ".join(sorted(set(faults)))
