"""Style sheets and scripts of the pages: nothing private, and the same for a whole version."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from api.http.dialects import ApiBlueprint

FOLDER: Final = Path(__file__).parent / "static"

blueprint = ApiBlueprint(
    "static_files", __name__, is_nobodys=True, static_folder="static", static_url_path="/web"
)


@cache
def version() -> str:
    """A text that changes whenever any of them does: browsers keep them until then."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
