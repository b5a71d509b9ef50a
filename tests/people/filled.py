"""What a browser would post if a form of a page were sent as it stands."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.select = self.area = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append({"id": given.get("id"), "action": given.get("action"), "fields": []})
        elif tag == "select":
            self.select = {"name": given["name"], "first": None, "chosen": None}
        elif tag == "option" and self.select:
            if self.select["first"] is None:
                self.select["first"] = given.get("value", "")
            if "selected" in given:
                self.select["chosen"] = given.get("value", "")
        elif tag == "textarea":
            self.area = (given["name"], [])
        elif tag == "input" and given.get("name"):
            box = given.get("type") in ("checkbox", "radio")
            if self.forms and given.get("type") != "file" and (not box or "checked" in given):
                self._add(given["name"], given.get("value") or ("on" if box else ""))

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "select" and self.select:
            kept = self.select
            self._add(kept["name"], kept["first"] if kept["chosen"] is None else kept["chosen"])
            self.select = None
        elif tag == "textarea" and self.area:
            self._add(self.area[0], "".join(self.area[1]).removeprefix("\n"))
            self.area = None

    def _add(self, name, value):
        if self.forms:
            self.forms[-1]["fields"].append((name, value or ""))


def forms(answer):
    reader = _Forms()
    reader.feed(answer.get_data(as_text=True))
    return reader.forms


def filled(answer, **which):
    """Return {name: [values]} of the one form with this id or action."""
    found = [form for form in forms(answer) if all(form[key] == value for key, value in which.items())]
    assert len(found) == 1, [(form["id"], form["action"]) for form in forms(answer)]
    values = {}
    for name, value in found[0]["fields"]:
        values.setdefault(name, []).append(value)
    return values
