"""Data that tests use but the project does not hold: seeds, recorded cases, real files.

It lies in $SCORE_IMPORT_SHARED, by default in `shared` beside the project.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def shared_folder() -> Path:
    folder = os.environ.get("SCORE_IMPORT_SHARED")
    return Path(folder) if folder else PROJECT.parent / "shared"


def shared_file(path: str) -> Path:
    """A file by its path below the folder. Where it is absent the test is skipped."""
    file = shared_folder() / path
    if not file.is_file():
        pytest.skip(f"there is no {file}")
    return file


def seeds(collection: str) -> Any:
    """The documents of a collection of seeds, such as `songs-iidx`."""
    return json.loads(shared_file(f"seeds/collections/{collection}.json").read_bytes())
