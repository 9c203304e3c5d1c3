"""How the classes of a profile change when new ones are provided or derived.

PROVIDED classes only rise, but for those that users set by hand. DERIVED ones follow the ratings
up and down, and are gone when nothing is left to derive them from.

Source: specification, pipeline-pbs-stats.md sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from common.errors import FatalImportError
from common.games.model import GPT, ClassSet


class ClassChange(msgspec.Struct, frozen=True):
    """A class set whose value changed. `rose`: it is the first value, or better than before.

    new: None where the class was taken away by hand.
    """

    set: str
    old: str | None
    new: str | None
    rose: bool


class ChangedClasses(msgspec.Struct):
    """classes: all that the profile has now. changes: in the GPT's order of class sets."""

    classes: dict[str, str]
    changes: list[ClassChange]


def change_classes(
    gpt: GPT,
    stored: Mapping[str, str | None],
    *,
    provided: Mapping[str, str | None] | None = None,
    derived: Mapping[str, str | None] | None = None,
) -> ChangedClasses:
    """What becomes of the stored classes.

    provided, derived: class set to class id. Among `provided`, None is no opinion; among
    `derived`, it is that there is no such class any more. A class that is taken away is not a
    change to tell anyone about.
    """
    classes = {name: value for name, value in stored.items() if value is not None}
    changes = []
    for name, class_set in gpt.classes.items():
        is_derived = class_set.kind == "DERIVED"
        offered = (derived if is_derived else provided) or {}
        if name not in offered:
            continue
        new = offered[name]
        if new is None:
            if is_derived:
                classes.pop(name, None)
            continue
        # A value that the set does not have any more is none.
        old = classes.get(name) if classes.get(name) in class_set.ids else None
        rose = old is None or _rank(class_set, new) > _rank(class_set, old)
        if rose or (is_derived and new != old):
            classes[name] = new
            changes.append(ClassChange(name, old, new, rose))
    return ChangedClasses(classes, changes)


def set_classes(
    gpt: GPT, stored: Mapping[str, str | None], chosen: Mapping[str, str | None]
) -> ChangedClasses:
    """What becomes of the stored classes where their user sets some by hand; None = no class."""
    classes = {name: value for name, value in stored.items() if value is not None}
    changes = []
    for name in filter(chosen.__contains__, gpt.classes):
        old, new = classes.pop(name, None), chosen[name]
        if new is not None:
            classes[name] = new
        if new != old:
            ids = gpt.classes[name].ids
            rose = new is not None and (old not in ids or ids.index(new) > ids.index(old))
            changes.append(ClassChange(name, old, new, rose))
    return ChangedClasses(classes, changes)


def check_provided(gpt: GPT, provided: Mapping[str, str | None]) -> None:
    """Raises FatalImportError for a value that its class set does not have; None is none."""
    for name, value in provided.items():
        ids = gpt.classes[name].ids
        if value is not None and value not in ids:
            raise FatalImportError(
                400,
                f"Invalid class of {value} for set {name}. Expected any of {', '.join(ids)}",
            )


def _rank(class_set: ClassSet, value: str) -> int:
    return class_set.ids.index(value)
