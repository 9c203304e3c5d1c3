"""A worker loads what calls other services when it first calls one: each is some megabytes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://nobody@nowhere/nothing",
    "REDIS_URL": "redis://nowhere",
    "OUR_URL": "http://nowhere",
}


@pytest.mark.parametrize("module", ["worker.tasks", "worker.import_types.registry"])
def test_what_only_some_imports_need_is_not_there_from_the_start(module: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print('\\n'.join(sys.modules))"],
        env={**os.environ, **ENVIRONMENT, "CREDENTIAL_KEYS": ""},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout.split()
    assert module in loaded
    heavy = {"cryptography.fernet", "grpc", "google.protobuf", "httpx", "flask", "alembic", "rich"}
    assert not heavy & set(loaded)
