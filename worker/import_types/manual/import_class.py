"""file/import-class: classes that a user sets by hand, or takes away.

Source: specification, v3/import-types.md section 2 and v3/http-api.md section 5.3.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from common.errors import FatalImportError
from common.games.model import GPT
from common.games.scoring.class_changes import check_provided
from common.games.version3 import gpts_by_version3_id, version3_id
from worker.import_types.base import Body, ClassesOnly, Parsed


class ImportClass(ClassesOnly):
    name = "file/import-class"
    input = Body

    def check(self, body: Any, games: Collection[str]) -> None:
        """Raises FatalImportError where these are no classes that can be set."""
        _read(body, games)

    def parse(self, body: Body) -> Parsed:
        """The content is `{game, classes}`: version 3's id, and class set to class id or null."""
        gpt, classes = _read(body.content, body.games)
        return Parsed(
            gpt.game,
            {},
            [],
            lambda playtype: classes if playtype == gpt.playtype else {},
            classes_by_hand=True,
        )


def _read(body: Any, games: Collection[str]) -> tuple[GPT, dict[str, str | None]]:
    content: Mapping[str, Any] = body if isinstance(body, dict) else {}
    gpt = _gpt(content.get("game"), games)
    return gpt, _classes(content.get("classes"), gpt)


def _gpt(name: Any, games: Collection[str]) -> GPT:
    known = gpts_by_version3_id().items()
    enabled = {each: gpt for game in games for each, gpt in known if gpt.game == game}
    if not isinstance(name, str) or name not in enabled:
        _refuse(f"Invalid game {name}. Expected any of {', '.join(enabled)}.")
    return enabled[name]


def _classes(classes: Any, gpt: GPT) -> dict[str, str | None]:
    if not isinstance(classes, dict):
        _refuse("Invalid classes object.")
    name = version3_id(gpt)
    provided = [each for each, found in gpt.classes.items() if found.kind == "PROVIDED"]
    if not provided:
        _refuse(f"{name} does not support manual class imports.")
    if not classes:
        _refuse("At least one class must be provided.")
    for each in classes:
        if each not in gpt.classes:
            sets = ", ".join(provided)
            _refuse(f'Invalid class set "{each}" for {name}. Expected any of {sets}.')
        if each not in provided:
            _refuse(f'Class set "{each}" is derived and cannot be set manually.')
    check_provided(gpt, classes)
    return classes


def _refuse(message: str) -> NoReturn:
    raise FatalImportError(400, message)
