from __future__ import annotations

import pytest

from worker.import_types import registry

# The canonical order of all import types, of which we have some.
ORDER = [
    "file/eamusement-iidx-csv",
    "file/eamusement-sdvx-csv",
    "file/batch-manual",
    "file/solid-state-squad",
    "file/pli-iidx-csv",
    "file/mypagescraper-records-csv",
    "file/mypagescraper-player-csv",
]


def test_import_types_are_found_by_name() -> None:
    assert registry.get("file/batch-manual").name == "file/batch-manual"
    with pytest.raises(KeyError):
        registry.get("file/nothing")


def test_import_types_are_listed_in_canonical_order() -> None:
    assert list(registry.UPLOADED_TYPES) == [it for it in ORDER if it in registry.UPLOADED_TYPES]
    transports = [name.partition("/")[0] for name in registry.IMPORT_TYPES]
    assert transports == sorted(transports, key=["file", "ir", "api"].index)
