"""`score-import submit`: send a file, follow the import, say what came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import click
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from score_import_client import ApiError, Client, ClientError, ImportDocument, Submitted

MESSAGES_PER_KIND = 3
EXIT_COMPLETED, EXIT_FAILED, EXIT_UNREACHABLE = 0, 1, 2


@dataclass(frozen=True)
class Summary:
    """What an import brought, counted."""

    scores: int
    duplicates: int  # scores that were stored before
    sessions: Mapping[str, int]  # Created, Appended -> how many
    classes: list[str]
    goals_achieved: int
    quests_achieved: int
    errors: Mapping[str, list[str]] = field(default_factory=dict)  # kind -> messages

    @classmethod
    def of(cls, document: ImportDocument) -> Self:
        errors: dict[str, list[str]] = {}
        for error in document["errors"]:
            errors.setdefault(error["type"], []).append(error["message"])
        return cls(
            scores=len(document["scoreIDs"]),
            # Other servers of this API do not count them.
            duplicates=document.get("skipped", {}).get("duplicates", 0),
            sessions=Counter(session["type"] for session in document["createdSessions"]),
            classes=[f"{delta['set']} {delta['new']}" for delta in document["classDeltas"]],
            goals_achieved=_newly_achieved(document["goalInfo"]),
            quests_achieved=_newly_achieved(document["questInfo"]),
            errors=errors,
        )

    def lines(self) -> list[str]:
        """The summary for a terminal, in rich's markup."""
        sessions = ", ".join(f"{n} {kind.lower()}" for kind, n in sorted(self.sessions.items()))
        lines = [f"[bold]{_count(self.scores, 'new score')}[/], sessions: {sessions or 'none'}"]
        if self.duplicates:
            lines.append(f"{_count(self.duplicates, 'score')} known before")
        if self.classes:
            lines.append(f"classes: {escape(', '.join(self.classes))}")
        if self.goals_achieved or self.quests_achieved:
            lines.append(
                f"achieved: {_count(self.goals_achieved, 'goal')}, "
                f"{_count(self.quests_achieved, 'quest')}"
            )
        for kind, messages in sorted(self.errors.items(), key=lambda item: -len(item[1])):
            lines.append(f"[yellow]{len(messages)} x {escape(kind)}[/]")
            lines += [f"    {escape(message)}" for message in messages[:MESSAGES_PER_KIND]]
            if len(messages) > MESSAGES_PER_KIND:
                lines.append(f"    ... and {len(messages) - MESSAGES_PER_KIND} more")
        return lines


def submit_and_watch(
    client: Client,
    path: Path,
    import_type: str,
    fields: Mapping[str, str],
    console: Console,
    *,
    watch: bool = True,
) -> ImportDocument | None:
    """Send a file; show the server's progress while it works, and a summary at the end.

    Returns the finished import's document, or None when it was not waited for. Raises
    ApiError if the import was refused or failed, ClientError if the server is out of reach.
    """
    with console.status(f"Sending {escape(path.name)} ...") as status:
        submitted = client.submit(path, import_type, fields)
        return follow(client, submitted, path.name, console, status, watch=watch)


def follow(
    client: Client,
    submitted: Submitted,
    name: str,
    console: Console,
    status: Status,
    *,
    watch: bool,
) -> ImportDocument | None:
    """Show how far an import is, and at its end what it brought.

    name: what is imported, for people. See `submit_and_watch`.
    """
    if not watch and submitted.document is None:
        text = f"Accepted as {submitted.import_id}, to be followed at {submitted.url}"
        console.print(text, soft_wrap=True)
        return None
    document = client.wait(submitted, lambda text: status.update(escape(text)))
    seconds = (document["timeFinished"] - document["timeStarted"]) / 1000
    console.print(f"[green]Import completed[/] in {seconds:.2f} s: {escape(name)}")
    for line in Summary.of(document).lines():
        console.print(f"  {line}", soft_wrap=True, highlight=False)
    return document


@contextmanager
def failures_told(context: click.Context, console: Console) -> Iterator[None]:
    """Says what went wrong, and exits with the code for it."""
    try:
        yield
    except ApiError as error:
        console.print(f"[red]Import failed:[/] {escape(error.description)}", soft_wrap=True)
        context.exit(EXIT_FAILED)
    except ClientError as error:
        console.print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True)
        context.exit(EXIT_UNREACHABLE)


url_option = click.option(
    "--url",
    envvar="SCORE_IMPORT_URL",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="the server",
)
token_option = click.option(
    "--token", envvar="SCORE_IMPORT_TOKEN", required=True, help="your API token"
)
patience_option = click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="how long to wait for a server that is away, or says that there are too many requests",
)
watch_option = click.option("--watch/--no-watch", default=True, help="wait for the result")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--type", "import_type", required=True, help="e.g. file/eamusement-iidx-csv")
@click.option("--playtype", help="for the import types that ask for it, e.g. SP")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="any other form field")
@url_option
@token_option
@patience_option
@watch_option
@click.pass_context
def submit(
    context: click.Context,
    file: Path,
    import_type: str,
    playtype: str | None,
    fields: tuple[str, ...],
    url: str,
    token: str,
    patience: float,
    watch: bool,
) -> None:
    """Import the scores in FILE.

    The exit code is 0 when the import completed (also with errors on single scores), 1 when
    it failed, 2 when the server could not be asked.
    """
    form = dict(_parse_field(item) for item in fields)
    if playtype is not None:
        form["playtype"] = playtype
    console = Console()
    with failures_told(context, console), Client(url, token, patience=patience) as client:
        submit_and_watch(client, file, import_type, form, console, watch=watch)


def _parse_field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"'{text}' is not NAME=VALUE", param_hint="--field")
    return name, value


def _newly_achieved(changes: list[dict[str, dict[str, bool]]]) -> int:
    return sum(change["new"]["achieved"] and not change["old"]["achieved"] for change in changes)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
