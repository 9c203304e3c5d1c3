"""How many made-up examples a property is held against: all in `make test-long`, else a third."""

from __future__ import annotations

import os
from typing import Final

ALL: Final = bool(os.environ.get("ALL_EXAMPLES"))


def examples(number: int) -> int:
    """As many of them as this run has time for."""
    return number if ALL else max(2, number // 3)
