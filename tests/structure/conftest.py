"""The sources are read once for all checks of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.structure.sources import below


@pytest.fixture(scope="package", autouse=True)
def sources_are_forgotten() -> Iterator[None]:
    """Parsed they are large, and other tests measure memory."""
    yield
    below.cache_clear()
