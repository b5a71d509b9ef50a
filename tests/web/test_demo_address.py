"""The address that links in mails and calendars begin with, in the demonstration."""

import config


def test_the_demonstration_is_where_it_listens():
    demo = {"TELECONSULT_PROFILE": "demo"}
    assert config.load(demo)["BASE_URL"] == "http://127.0.0.1:8000"
    assert config.load(demo | {"PORT": "8931"})["BASE_URL"] == "http://127.0.0.1:8931"
    assert config.load(demo | {"PORT": "8931", "BASE_URL": "http://tc.test/"})["BASE_URL"] == "http://tc.test"
