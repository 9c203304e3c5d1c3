"""Style sheets and scripts of the pages: nothing private, and the same for a whole version."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from flask import Response, send_from_directory

from api.http.dialects import ApiBlueprint

FOLDER: Final = Path(__file__).parent / "static"

YEAR: Final = 365 * 24 * 60 * 60  # seconds

blueprint = ApiBlueprint("static_files", __name__, is_nobodys=True)


@cache
def version() -> str:
    """A text that changes whenever any of them does: browsers keep them until then."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@blueprint.get("/web/<name>", defaults={"of_version": ""})
@blueprint.get("/web/<of_version>/<name>")
def static_file(of_version: str, name: str) -> Response:
    """One of them. Scripts name each other beside themselves, and so have the same version.

    While versions stand side by side, one may be asked for the files of another: it gives its own,
    and nobody is to keep them.
    """
    return send_from_directory(FOLDER, name, max_age=YEAR if of_version == version() else None)
