import pytest

from tests.browser import story
from tests.browser.people import Somebody


@pytest.mark.parametrize(
    "window", [{}, {"phone": True, "java_script_enabled": False}], ids=["at a desk", "by telephone, without scripts"]
)
def test_the_main_job(page_for, window):
    script = window.get("java_script_enabled", True)
    marina, rosangela, paulo = (
        Somebody(page_for(name, **window), script=script) for name in ("marina", "rosangela", "paulo")
    )
    ref = story.ask(marina)
    story.give_to(rosangela, ref, "Paulo Nogueira")
    story.answer(paulo, ref)
    story.ask_again(marina, ref)
    story.conclude(paulo, ref)
    story.tell_the_outcome(marina, ref)
