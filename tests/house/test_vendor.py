"""static/vendor holds what VENDOR.toml says, byte for byte, and nothing else."""

import shutil

import pytest

from tools import vendor


def test_every_vendored_file_is_as_published():
    assert vendor.problems() == []


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(vendor.FOLDER, tmp_path / "vendor")


def test_a_changed_byte_is_named(copy):
    with (copy / "htmx/htmx.min.js").open("ab") as file:
        file.write(b" ")
    assert vendor.problems(copy) == ["htmx/htmx.min.js is not the file that htmx.org@2.0.11 published"]


def test_a_missing_and_an_unlisted_file_are_named(copy):
    (copy / "bootstrap/bootstrap.min.css").rename(copy / "bootstrap/other.css")
    assert vendor.problems(copy) == [
        "bootstrap/bootstrap.min.css is on the list and not in the folder",
        "bootstrap/other.css is in the folder and not on the list",
    ]


def test_every_vendored_part_carries_its_licence():
    parts = {file.place.split("/")[0] for file in vendor.listed()}
    assert {file.place for file in vendor.listed() if file.place.endswith("LICENSE")} == {f"{p}/LICENSE" for p in parts}
