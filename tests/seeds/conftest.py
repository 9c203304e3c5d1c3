"""Seeds folders to load into an empty database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.seeds.catalogue import Catalogue


@pytest.fixture
def unloaded(empty: Engine, tmp_path: Path) -> Catalogue:
    """The example catalogue, about to be loaded into an empty database."""
    return Catalogue(empty, tmp_path / "seeds")


@pytest.fixture
def catalogue(unloaded: Catalogue) -> Catalogue:
    """The example catalogue, loaded."""
    unloaded.load()
    return unloaded
