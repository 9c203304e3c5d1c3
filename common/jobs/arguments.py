"""What each kind of job is told: one struct a kind, kept as JSON in the job's row.

Written by who accepts the job, read by the worker that runs it, which may be of another release:
a new field has a default, and none is ever renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import msgspec
from msgspec import UNSET, UnsetType, field

from common.errors import ScoreImportError
from common.jobs.job_tables import JobKind


class Arguments(msgspec.Struct, frozen=True, omit_defaults=True):
    """The arguments of one kind of job."""

    kind: ClassVar[JobKind]


class Import(Arguments, frozen=True):
    """An import. Its input is the job's payload, or fetched.

    filename, fields: of an uploaded file, and of the form around it. options: what an endpoint
    adds to a JSON body (headers, URL parts). spends: the hook of which the user let one export
    be taken, and this is it.
    """

    kind = JobKind.IMPORT

    filename: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    spends: str = ""


class Check(Import, frozen=True):
    """Saying what such an import would do. It changes nothing."""

    kind = JobKind.CHECK


class Orphans(Arguments, frozen=True):
    """Trying a user's orphans again. games: only those of these; None = all."""

    kind = JobKind.ORPHANS

    games: list[str] | None = None


class Revert(Arguments, frozen=True):
    """Taking an import back."""

    kind = JobKind.REVERT

    import_id: str = field(name="importID")


class Deletion(Arguments, frozen=True):
    """Deleting scores. blacklist: later imports skip them."""

    kind = JobKind.DELETION

    score_ids: list[str] = field(name="scoreIDs")
    blacklist: bool = False


class ScoreChanges(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to set of a score; UNSET leaves it as it is."""

    comment: str | UnsetType | None = UNSET
    highlight: bool | UnsetType = UNSET


class Edit(Arguments, frozen=True):
    """Changing a score's comment or highlight."""

    kind = JobKind.EDIT

    score_id: str = field(name="scoreID")
    changes: ScoreChanges


class ClassRise(Arguments, frozen=True):
    """A class that the user has reached, if it is better than what they have."""

    kind = JobKind.CLASS_RISE

    game: str
    playtype: str
    class_set: str = field(name="set")
    value: str


class Targets(Arguments, frozen=True):
    """Subscribing to a goal or quest of a GPT, or ending a subscription.

    action: `add-goal`, `replace-goal`, `remove-goal`, `join-quest` or `leave-quest`. wire: whose
    documents are answered. target_id: the goal or quest; of a new goal `charts` and `criteria` say
    what it is.
    """

    kind = JobKind.TARGETS

    action: str
    game: str
    playtype: str
    wire: str
    target_id: str = field(default="", name="targetID")
    charts: dict[str, Any] | None = None
    criteria: dict[str, Any] | None = None


class Destruction(Arguments, frozen=True):
    """Deleting all that a user has on a GPT, but for goals and quests."""

    kind = JobKind.DESTRUCTION

    game: str
    playtype: str


class Recalculation(Arguments, frozen=True, omit_defaults=False):
    """Making what is stored of a user follow a changed catalogue: what of it concerns the user.

    charts: by game, those that changed and on which the user has a personal best.
    folders: by game, those whose charts changed and on which the user has goals.
    quests: those that changed and that the user follows.
    games: those whose rules changed, and with them whatever the user played.
    """

    kind = JobKind.RECALCULATION

    charts: dict[str, list[str]] = field(default_factory=dict)
    folders: dict[str, list[str]] = field(default_factory=dict)
    quests: list[str] = field(default_factory=list)
    games: list[str] = field(default_factory=list)


OF_KIND: Final[Mapping[JobKind, type[Arguments]]] = {
    arguments.kind: arguments
    for arguments in (
        Import,
        Check,
        Orphans,
        Revert,
        Deletion,
        Edit,
        ClassRise,
        Targets,
        Destruction,
        Recalculation,
    )
}


class UnreadableArguments(ScoreImportError):
    """A job's stored arguments are not those of its kind."""


def stored(arguments: Arguments) -> dict[str, Any]:
    """The arguments as the JSON that a job's row keeps."""
    document: dict[str, Any] = msgspec.to_builtins(arguments)
    return document


def read(kind: JobKind, document: Any) -> Arguments:
    """The arguments of a stored job; raises UnreadableArguments."""
    try:
        return msgspec.convert(document, OF_KIND[kind])
    except msgspec.ValidationError as problem:
        raise UnreadableArguments(f"a job of kind {kind}: {problem}") from problem
