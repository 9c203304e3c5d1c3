"""What a file may be: asked before it is submitted."""

from __future__ import annotations

from typing import Final

import msgspec
from flask import Response, request
from marshmallow import EXCLUDE, Schema, fields

from api.http import gates, limits
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.service import service
from api.http.uploads import read_upload
from api.jobs.door import file_import_types, form_fields, guess_import_types

blueprint = ApiBlueprint("guesses", __name__)

_BEGINNING: Final = {"type": "string", "contentMediaType": "application/octet-stream"}


class Beginning(Schema):
    """A file, or its first 64 KiB."""

    class Meta:
        unknown = EXCLUDE

    scoreData = fields.Raw(required=True, metadata=_BEGINNING)


class FormField(msgspec.Struct):
    """A field beside the file. given: what the file's name says it is, if it does."""

    name: str
    given: str | None


class ImportTypeGuess(msgspec.Struct):
    """An import type that the file may be of. fields: what it reads beside the file."""

    importType: str
    fields: list[FormField]


class GuessDocument(msgspec.Struct):
    """guesses: the likeliest first. others: what else files may be imported as."""

    guesses: list[ImportTypeGuess]
    others: list[ImportTypeGuess]


@blueprint.post("/import/guess")
@endpoint(
    "What a file may be imported as, told from how it begins. Nothing is imported.",
    permissions=("submit_score",),
    form=Beginning(),
    answers=GuessDocument,
    errors={400: "The form lacks the file, or it is too large."},
)
def guess() -> Response:
    here = service()
    upload = read_upload(request, "scoreData", limits.user(gates.require("submit_score")))
    names, found_fields = guess_import_types(here.settings, upload.filename, upload.content)
    others = [name for name in file_import_types(here.settings) if name not in names]

    def described(name: str) -> ImportTypeGuess:
        return ImportTypeGuess(
            name, [FormField(each, found_fields.get(each)) for each in form_fields(name)]
        )

    body = GuessDocument([*map(described, names)], [*map(described, others)])
    return success(f"It may be of {len(names)} import types.", body)
