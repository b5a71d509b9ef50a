"""Our own scripts come without what they say to who reads them: a line of a health unit is slow."""

from pathlib import Path

import pytest

from teleconsult.web.assets import static

ROOT = Path(__file__).resolve().parents[2]
OWN = sorted((ROOT / "static/js").glob("*.js"))


@pytest.mark.parametrize("script", OWN, ids=lambda path: path.stem)
def test_a_script_comes_without_comments_and_with_all_its_code(application, client, script: Path):
    with application.test_request_context("/"):
        answer = client.get(static(f"js/{script.name}"))
    came = answer.get_data(as_text=True).splitlines()
    written = [line.partition("  // ")[0].strip() for line in script.read_text().splitlines()]
    assert [line for line in came if line] == [line for line in written if line and not line.startswith("//")]
    assert len(answer.data) < script.stat().st_size


@pytest.mark.parametrize("script", OWN, ids=lambda path: path.stem)
def test_no_script_has_a_string_of_several_lines(script: Path):
    code = "\n".join(line for line in script.read_text().splitlines() if not line.strip().startswith("//"))
    assert "`" not in code
    assert "\\\n" not in code


@pytest.mark.parametrize("script", OWN, ids=lambda path: path.stem)
def test_what_is_taken_for_a_comment_behind_code_is_none_of_its_strings(script: Path):
    before = [line.partition("  // ")[0] for line in script.read_text().splitlines() if "  // " in line]
    assert not [code for code in before if code.count('"') % 2 or code.count("'") % 2]


def test_what_others_wrote_comes_as_it_is(application, client):
    with application.test_request_context("/"):
        answer = client.get(static("vendor/htmx/htmx.min.js"))
    assert answer.data == (ROOT / "static/vendor/htmx/htmx.min.js").read_bytes()
