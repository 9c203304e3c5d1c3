"""`score-import seeds`: load the catalogue of songs, charts, folders and goals."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table

from cli.errors import CommandError
from cli.local.example import CATALOGUE
from cli.options import database_url_option
from common.database.engine import open_engine
from common.seeds.loader import Loading, load_directory
from common.seeds.summary import CollectionSummary, Summary
from common.seeds.violations import SeedsError, Violation
from common.seeds.writer import Progress

VIOLATIONS_SHOWN = 50
WARNINGS_SHOWN = 10


@click.group()
def seeds() -> None:
    """Load the catalogue of songs and charts."""


@seeds.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@database_url_option
@click.option(
    "--retire",
    is_flag=True,
    help="keep charts that are gone from the files but have scores or goals, as charts of no "
    "version; without it they are a reason to refuse",
)
@click.option("--dry-run", is_flag=True, help="report what would change, and change nothing")
def load(directory: Path, database_url: str, retire: bool, dry_run: bool) -> None:
    """Bring the database in line with the seeds in DIRECTORY.

    DIRECTORY is a folder of version 2's or of version 3's seeds: it is recognised. Scores stay with
    their charts whichever is loaded.

    All of it or nothing: if anything is wrong with the seeds, every violation is listed,
    nothing is written, and the exit code is 1. Loading the same files again changes nothing.

    Where the example catalogue is loaded, it gives way to a real one, with what was played on it.
    """
    console = Console()
    engine = open_engine(database_url)
    try:
        with _progress(console) as progress:
            how = Loading(retire=retire, dry_run=dry_run, giving_way=CATALOGUE, tell=progress)
            summary = load_directory(engine, directory, how)
    except SeedsError as error:
        _print_violations(Console(stderr=True), error.violations)
        raise CommandError("the seeds were refused; nothing was written") from error
    finally:
        engine.dispose()
    _print_summary(console, summary, dry_run=dry_run)


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    """A bar that disappears when the work is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    hidden = not console.is_terminal
    with ProgressBar(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("reading")

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=escape(what), completed=done, total=total)

        yield tell


def _print_violations(console: Console, violations: Sequence[Violation]) -> None:
    for violation in violations[:VIOLATIONS_SHOWN]:
        _print_finding(console, violation, "red")
    if len(violations) > VIOLATIONS_SHOWN:
        console.print(f"... and {len(violations) - VIOLATIONS_SHOWN:,} more")
    console.print(f"[bold]{len(violations):,} violation{'' if len(violations) == 1 else 's'}[/]")


def _print_finding(console: Console, finding: Violation, style: str) -> None:
    place = ", ".join(filter(None, (finding.file, finding.key)))
    console.print(
        f"{escape(place)}: [{style}]{escape(finding.rule)}[/]: {escape(finding.detail)}",
        soft_wrap=True,
        highlight=False,
    )


def _print_summary(console: Console, summary: Summary, *, dry_run: bool) -> None:
    written = [each for each in summary.collections if not each.skipped]
    if written:
        console.print(_table(written, summary))
    else:
        console.print("No file differs from what was loaded last.")
    if summary.gave_way is not None:
        verb = "would give" if dry_run else "gave"
        console.print(
            f"The example catalogue {verb} way, with {summary.gave_way.scores:,} scores on it.",
            soft_wrap=True,
        )
    for warning in summary.warnings[:WARNINGS_SHOWN]:
        _print_finding(console, warning, "yellow")
    if len(summary.warnings) > WARNINGS_SHOWN:
        console.print(f"... and {len(summary.warnings) - WARNINGS_SHOWN:,} more warnings")
    for what, names in (
        ("not checked against game rules", summary.unchecked),
        ("not in the folder, left as they are", summary.absent),
        ("ignored, no collections", summary.ignored),
    ):
        if names:
            console.print(f"[yellow]{what}:[/] {escape(', '.join(names))}", soft_wrap=True)
    if dry_run:
        console.print(f"[green]Nothing was changed[/]: {summary.changes:,} documents would be")
    else:
        console.print(
            f"[green]Loaded[/] in {summary.seconds:.1f} s: {summary.changes:,} documents changed"
        )
    if summary.recalculation_jobs or summary.orphan_jobs:
        queued = "To be queued" if dry_run else "Queued"
        console.print(
            f"{queued} for the workers: users to recalculate: {summary.recalculation_jobs:,},"
            f" users with orphaned scores to try again: {summary.orphan_jobs:,}",
            soft_wrap=True,
        )


def _table(written: Sequence[CollectionSummary], summary: Summary) -> Table:
    """One line a collection; the look-up of a game's folders stands beside its charts."""
    table = Table(box=None, pad_edge=False)
    table.add_column("collection")
    for name in ("inserted", "replaced", "removed", "retired", "unchanged", "folder rows"):
        table.add_column(name, justify="right")
    shown = set()
    for each in written:
        game = each.name.removeprefix("charts-")
        change = summary.lookups.get(game)
        shown.add(game)
        counts = (each.inserted, each.replaced, each.removed, each.retired, each.unchanged)
        rows = "" if change is None else f"{change.rows:,} (+{change.added:,} -{change.removed:,})"
        table.add_row(each.name, *(f"{count:,}" for count in counts), rows)
    for game, change in summary.lookups.items():
        if game not in shown:
            rows = f"{change.rows:,} (+{change.added:,} -{change.removed:,})"
            table.add_row(f"folders of {game}", *[""] * 5, rows)
    return table
