"""The record of processing: every marked column stands in it, in both languages, and the pages are as the marks are."""

from collections import Counter

from teleconsult.privacy import processing


def test_every_table_with_a_mark_has_its_purpose_once():
    named = Counter(table for activity in processing.ACTIVITIES for table in activity.tables)
    assert set(named) == set(processing.marked())
    assert set(named.values()) == {1}


def test_the_pages_are_what_the_marks_say(application):
    done = application.test_cli_runner().invoke(args=["processing-record", "--check"])
    assert done.exit_code == 0, done.output


def test_a_page_that_is_behind_is_named(application, monkeypatch, tmp_path):
    monkeypatch.setattr(processing, "DOCS", tmp_path)
    runner = application.test_cli_runner()
    assert "registro-de-tratamento.md" in runner.invoke(args=["processing-record", "--check"]).output
    assert runner.invoke(args=["processing-record"]).exit_code == 0
    assert runner.invoke(args=["processing-record", "--check"]).exit_code == 0
    page = (tmp_path / "registro-de-tratamento.md").read_text(encoding="utf-8")
    assert "`mother_name`" in page
    assert "%(" not in page


def test_what_is_deleted_after_a_while_is_said_in_days():
    said = {table: activity.days for activity in processing.ACTIVITIES for table in activity.tables if activity.days}
    assert set(said) == {"sessions", "kept_forms", "kept_searches", "outbox_messages"}
