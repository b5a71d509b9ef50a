"""What Jinja has compiled, kept for a run: every application of every worker reads the same templates."""

from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, FileSystemBytecodeCache


class Compiled(FileSystemBytecodeCache):
    """Keeps a template by its language too: the sentences stand in what is compiled."""

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Bucket:
        kind = f"{environment.language} {environment.settles}"
        return super().get_bucket(environment, f"{kind} {name}", filename, source)


def share(application: Flask, places: pytest.TempPathFactory, worker: object) -> None:
    """Let an application compile only what no other of this run has.

    A macro that changes changes templates that import it: the folder must not outlive the run.
    """
    own = places.getbasetemp()
    folder = (own.parent if worker else own) / "compiled"
    folder.mkdir(exist_ok=True)
    application.jinja_env.bytecode_cache = Compiled(str(folder))
