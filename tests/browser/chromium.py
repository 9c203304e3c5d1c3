"""The Chromium that browser tests drive: the one that is on this machine, none is fetched."""

from __future__ import annotations

import os
import shutil
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

MISSING: Final = (
    "NOT CHECKED: THERE IS NO BROWSER HERE. INSTALL CHROMIUM (DEBIAN: apt install chromium), OR SAY"
    " IN THE ENVIRONMENT WHERE ONE IS: BROWSER=/path/to/chromium"
)


def executable() -> str | None:
    """The path of a Chromium; None where there is none."""
    return next(
        (
            found
            for name in (os.environ.get("BROWSER"), *_NAMES)
            if name and (found := shutil.which(name))
        ),
        None,
    )
