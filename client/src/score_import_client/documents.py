"""What the server answers, as it stands on the wire. Times are milliseconds since the epoch."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class ErrorLine(TypedDict):
    """An entry of the input that became no score, or not all of it.

    index: its place in the input. identifier, difficulty: as the input spells them.
    """

    type: str
    message: str
    index: NotRequired[int]
    identifier: NotRequired[str | None]
    difficulty: NotRequired[str | None]


class Skipped(TypedDict):
    """Entries that left neither a score nor an error, by reason."""

    notPlayed: int
    notTracked: int
    duplicates: int
    blacklisted: int


class ImportDocument(TypedDict):
    """A finished import. scoreIDs: in the order of the input."""

    importID: str
    userID: int
    importType: str
    userIntent: bool
    game: str
    playtypes: list[str]
    idStrings: list[str]
    gptStrings: NotRequired[list[str]]
    gameGroup: NotRequired[str]
    games: NotRequired[list[str]]
    scoreIDs: list[str]
    errors: list[ErrorLine]
    createdSessions: list[dict[str, str]]
    classDeltas: list[dict[str, Any]]
    goalInfo: list[dict[str, Any]]
    questInfo: list[dict[str, Any]]
    skipped: Skipped
    warnings: list[str]
    timeStarted: int
    timeFinished: int


# `import` is a word of the language.
WholeImport = TypedDict(
    "WholeImport",
    {
        "import": ImportDocument,
        "scores": list[dict[str, Any]],
        "songs": list[dict[str, Any]],
        "charts": list[dict[str, Any]],
        "sessions": list[dict[str, Any]],
        "user": dict[str, Any],
    },
)


class Cause(TypedDict):
    """Why an import failed. statusCode: null where the fault is the server's."""

    message: str
    statusCode: int | None


class FailedImport(TypedDict):
    """An import that failed as a whole. timeStarted: when it was submitted."""

    type: Literal["FAILED"]
    importID: str
    importType: str
    userID: int
    userIntent: bool
    timeStarted: int
    error: Cause


class Violation(TypedDict):
    """A place in a document that breaks a rule of its format."""

    path: str
    message: str
    received: str | None
    index: int | None


class CheckCounts(TypedDict):
    """What would become of the entries; each is counted once."""

    stored: int
    orphaned: int
    refused: int
    duplicates: int
    blacklisted: int
    notPlayed: int
    notTracked: int


class ScoreToBe(TypedDict):
    """An entry that would be stored, and the chart it was found to be on."""

    index: int
    scoreID: str
    songID: int
    title: str
    artist: str
    chartID: str
    playtype: str
    difficulty: str
    level: str
    scoreData: dict[str, Any]
    calculatedData: dict[str, float | None]


class CheckedLine(ErrorLine):
    """A line that the import's `errors` would have, and what would become of its entry."""

    outcome: Literal["orphaned", "refused", "stored"]


class CheckReport(TypedDict):
    """What an import would do. complete: whether the lists hold everything."""

    importType: str
    game: str | None
    refusal: Cause | None
    violations: list[Violation]
    counts: CheckCounts
    stored: list[ScoreToBe]
    errors: list[CheckedLine]
    warnings: list[str]
    complete: bool


class Orphan(TypedDict):
    """An entry that waits for its chart. summary: what of the input names the chart."""

    orphanID: str
    rowID: str
    importType: str
    gameGroup: str
    timeInserted: int
    message: str | None
    summary: str | None


class OrphansTriedAgain(TypedDict):
    """What became of orphans. failed: still orphans; success: scores now; removed: neither."""

    processed: int
    failed: int
    success: int
    removed: int


class Token(TypedDict):
    """An API token. token: the token itself where it was just made, elsewhere its tokenID."""

    userID: int
    token: str
    tokenID: str
    lastFour: str
    identifier: str
    permissions: dict[str, bool]
    fromAPIClient: str | None
    createdAt: int
    expiresAt: int | None


class WhoAmI(TypedDict):
    """How the server is, and who asks. whoami: null = a guest."""

    serverTime: int
    startTime: int
    version: str
    whoami: int | None
    permissions: list[str]
    services: dict[str, list[str]]
