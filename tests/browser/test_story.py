import pytest

from tests.browser import story
from tests.browser.people import Somebody
from tests.browser.windows import Windows, hurried
from tests.browser.words import ENGLISH, PORTUGUESE, Say

WINDOWS = {
    "in Portuguese, at a desk": (PORTUGUESE, {}),
    "in Portuguese, by telephone, without scripts": (PORTUGUESE, {"phone": True, "java_script_enabled": False}),
    "in English, at a desk": (ENGLISH, {}),
}


@pytest.mark.parametrize(("language", "window"), WINDOWS.values(), ids=WINDOWS)
def test_the_main_job_from_the_question_to_its_outcome(page_for, site, language, window):
    live(site, page_for, language, window)


def test_the_main_job_on_postgresql(site_on_postgresql, new_context, watch):
    live(site_on_postgresql, Windows(site_on_postgresql, new_context, watch).open)


def live(site, page_for, language=PORTUGUESE, window=None):
    """Live the story with its three people, each at a window of their own."""
    window = window or {}
    say, script = Say(language), window.get("java_script_enabled", True)
    marina, rosangela, paulo = (
        Somebody(hurried(page_for(name, **window)), say, script=script) for name in ("marina", "rosangela", "paulo")
    )
    for person in (marina, rosangela, paulo):
        person.speak(language)
    site.mail.clear()
    ref = story.ask(marina)
    story.give_to(rosangela, ref, "Paulo Nogueira")
    story.answer(paulo, ref)
    story.ask_again(marina, ref)
    story.conclude(paulo, ref)
    story.tell_the_outcome(marina, ref)
    story.was_told_by_mail(site.mail, ref)
