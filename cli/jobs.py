"""`score-import jobs`: jobs looked at, cancelled, run again and removed, without SQL.

Workers need not be told of it: their upkeep sees within seconds what waits.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click
from rich.table import Table
from sqlalchemy import Engine

from cli.accounts import find_user
from cli.errors import CommandError
from cli.options import database_url_option, redis_url_option
from cli.showing import duration, json_option, moment, print_json, print_table
from cli.spans import Age
from common.database.engine import open_engine
from common.errors import UserError
from common.jobs import job_documents, listing_rows, managing, managing_rows, pause_rows
from common.jobs.job_documents import JobDocument, JobsChanged, WholeJob
from common.jobs.listing_rows import NEWEST, SORTS
from common.jobs.managing import REASON_LIMIT, Manager
from common.jobs.managing_rows import STATES, Wanted
from common.jobs.pause_rows import Lane, Pause
from common.redis_client import open_patient_redis

AT_ONCE: Final = 1000

Command = TypeVar("Command", bound=Callable[..., Any])


def filters(command: Command) -> Command:
    """The options that say which jobs are meant."""
    for option in reversed(
        (
            click.option(
                "--state", "states", type=click.Choice(STATES), multiple=True, help="repeatable"
            ),
            click.option("--user", help="whose: a number or a name"),
            click.option(
                "--type",
                "types",
                multiple=True,
                metavar="NAME",
                help="an import type, or a kind of job; repeatable",
            ),
            click.option("--older-than", "older", type=Age(), help="accepted so long ago: 7d, 12h"),
            click.option("--newer-than", "newer", type=Age(), help="accepted since: 15m, 90s"),
            click.option(
                "--error",
                metavar="TEXT",
                help="the reference, status or code, or a part of the message or of the cause",
            ),
        )
    ):
        command = option(command)
    return command


def wanted(engine: Engine, selection: dict[str, Any]) -> Wanted:
    """What those options say. Takes them out of `selection`."""
    user = selection.pop("user")
    return Wanted(
        selection.pop("states"),
        None if user is None else find_user(engine, user),
        selection.pop("types"),
        selection.pop("older"),
        selection.pop("newer"),
        selection.pop("error"),
    )


@click.group()
def jobs() -> None:
    """Look at jobs, cancel them, run them again."""


@jobs.command("list")
@filters
@click.option(
    "--sort",
    type=click.Choice([*SORTS]),
    default=NEWEST,
    show_default=True,
    help="which come first; longest: of those that run; attempts: of those that wait or run",
)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@json_option
@database_url_option
def list_command(sort: str, limit: int, as_json: bool, database_url: str, **selection: Any) -> None:
    """List jobs, those first that were accepted last, or as --sort says."""
    engine = open_engine(database_url)
    try:
        meant = SORTS[sort].of(wanted(engine, selection))
    except UserError as problem:
        raise CommandError(problem.message) from None
    with engine.connect() as connection:
        rows = listing_rows.page(connection, meant, limit, SORTS[sort])
        total = managing_rows.count(connection, meant)
        paused = pause_rows.pauses(connection)
    _print_pauses(paused, err=True)
    found = [*map(job_documents.in_list, rows)]
    if as_json:
        print_json(found)
        return
    columns = ("job", "user", "what", "state", "accepted", "took", "tries", "error")
    table = Table(*columns, box=None)
    for job in found:
        table.add_row(
            job.jobID,
            job.username,
            job.importType or job.kind,
            job.state,
            moment(job.acceptedAt),
            duration(job.lasts),
            str(job.attempts),
            _in_a_line(job),
        )
    print_table(table)
    click.echo(f"{len(found)} of {total} jobs.", err=True)


@jobs.command("count")
@filters
@json_option
@database_url_option
def count_command(as_json: bool, database_url: str, **selection: Any) -> None:
    """Say how many jobs are in each state, to some ten thousand (10000+)."""
    engine = open_engine(database_url)
    chosen = selection["states"]
    meant = wanted(engine, selection)
    with engine.connect() as connection:
        found = [
            each
            for each in listing_rows.counts(connection, meant)
            if not chosen or each.state in chosen
        ]
    if as_json:
        print_json(found)
        return
    table = Table("state", "jobs", box=None)
    for each in found:
        table.add_row(each.state, f"{each.count}{'+' if each.areMore else ''}")
    print_table(table)


def _in_a_line(job: JobDocument) -> str:
    if job.error is None:
        return ""
    again = " (can be run again)" if job.canRetry else ""
    reference = f" [{job.error.reference}]" if job.error.reference else ""
    return f"{job.error.status}{reference} {job.error.message[:60]}{again}"


@jobs.command("show")
@click.argument("job")
@json_option
@database_url_option
def show_command(job: str, as_json: bool, database_url: str) -> None:
    """Show all there is of JOB, with every attempt: its ID, or the reference of its error."""
    with open_engine(database_url).connect() as connection:
        found = managing.show(connection, job)
    if found is None:
        raise CommandError(f"there is no job {job}, and none with this reference")
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(job: WholeJob) -> None:
    facts = Table(box=None, show_header=False)
    kept = None if job.payloadBytes is None else f"{job.payloadBytes} bytes, compressed"
    error = job.error
    for name, value in (
        ("job", job.jobID),
        ("user", f"{job.username} ({job.userID})"),
        ("what", " ".join(filter(None, (job.kind, job.importType)))),
        ("state", f"{job.state}, the queue is paused" if job.isPaused else job.state),
        ("waits for", f"{job.jobsAhead} older jobs of the user" if job.jobsAhead else None),
        ("accepted", moment(job.acceptedAt)),
        ("in trouble since", moment(job.troubledSince) if job.troubledSince else None),
        ("ended", moment(job.finishedAt) if job.finishedAt else None),
        ("request", job.requestID),
        ("upload kept", kept),
        ("error", None if error is None else f"{error.status} {error.code}: {error.message}"),
        ("reference", None if error is None else error.reference),
        ("can be run again", "yes" if job.canRetry else None),
    ):
        if value:
            facts.add_row(name, value)
    print_table(facts)
    runs = Table("attempt", "began", "ended", "took", "worker", "outcome", "cause", box=None)
    for number, run in enumerate(job.runs, 1):
        runs.add_row(
            str(number),
            moment(run.beganAt),
            moment(run.endedAt) if run.endedAt else "",
            duration(run.lasts),
            run.worker,
            run.outcome or "running",
            run.cause or "",
        )
    if job.runs:
        print_table(runs)


_job_ids = click.argument("job_ids", nargs=-1, metavar="[JOB]...")
_yes_option = click.option("--yes", is_flag=True, help="do not ask")


@jobs.command("retry")
@_job_ids
@filters
@_yes_option
@json_option
@database_url_option
@redis_url_option
def retry_command(
    job_ids: tuple[str, ...],
    yes: bool,
    as_json: bool,
    database_url: str,
    redis_url: str | None,
    **selection: Any,
) -> None:
    """Have jobs run again that failed through no fault of their users.

    Each keeps its place in the order of its user's jobs. Name them, or say by options which.
    """
    engine = open_engine(database_url)
    selection["states"] = selection["states"] or ("failed",)
    chosen = _chosen(engine, job_ids, selection, yes, "Run", newest_first=False)
    _report(_manager(engine, redis_url).retry(chosen), "queued again", as_json)


@jobs.command("cancel")
@_job_ids
@filters
@click.option("--reason", default="", help="told to the user")
@_yes_option
@json_option
@database_url_option
@redis_url_option
def cancel_command(
    job_ids: tuple[str, ...],
    reason: str,
    yes: bool,
    as_json: bool,
    database_url: str,
    redis_url: str | None,
    **selection: Any,
) -> None:
    """End jobs that wait or run, for good: nothing of them is stored, and polls say why.

    Name them, or say by options which.
    """
    engine = open_engine(database_url)
    selection["states"] = selection["states"] or ("queued", "running")
    chosen = _chosen(engine, job_ids, selection, yes, "Cancel", newest_first=True)
    _report(_manager(engine, redis_url).cancel(chosen, reason), "cancelled", as_json)


def _manager(engine: Engine, redis_url: str | None) -> Manager:
    redis = None if redis_url is None else open_patient_redis(redis_url)
    # The upkeep sends the messages: this process need not know the broker.
    return Manager(engine, redis, lambda user_id, job_id: None)


def _chosen(
    engine: Engine,
    job_ids: Sequence[str],
    selection: dict[str, Any],
    yes: bool,
    verb: str,
    *,
    newest_first: bool,
) -> Sequence[str]:
    """The jobs that are named, or that the options mean; asks before those are changed."""
    by_options = any(selection[name] for name in ("user", "types", "older", "newer", "error"))
    meant = wanted(engine, selection)
    if job_ids:
        if by_options:
            raise CommandError("name jobs, or say by options which: not both")
        return job_ids
    if not by_options and not yes:
        raise CommandError("say which jobs: by their IDs or by options; with --yes alone: all")
    with engine.connect() as connection:
        total = managing_rows.count(connection, meant)
        found = managing_rows.ids(connection, meant, total, newest_first=newest_first)
    if not yes and total:
        click.confirm(f"{verb} {total} jobs?", abort=True, err=True)
    return found


def _report(done: JobsChanged, what: str, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        for refused in done.refused:
            click.echo(f"{refused.jobID}: left as it is: {refused.reason}", err=True)
        click.echo(f"{len(done.changed)} jobs {what}.")
    if done.refused:
        raise SystemExit(1)


@jobs.command("locks")
@json_option
@database_url_option
def locks_command(as_json: bool, database_url: str) -> None:
    """Show who is being worked for, and by which database session."""
    with open_engine(database_url).connect() as connection:
        found = managing.held_locks(connection)
    if as_json:
        print_json(found)
        return
    table = Table("lock", "user", "job", "since", "session", "process", "from", box=None)
    for lock in found:
        table.add_row(
            lock.lock if lock.isHeld else f"{lock.lock} (waits for it)",
            lock.username or "",
            lock.jobID or "",
            moment(lock.startedAt) if lock.startedAt else "",
            lock.application,
            str(lock.process),
            lock.address or "here",
        )
    print_table(table)


_lane_option = click.option(
    "--lane",
    type=click.Choice([lane.value for lane in Lane]),
    default=Lane.ALL.value,
    show_default=True,
    help="all jobs, or only those that the service gave itself",
)


@jobs.command("pause")
@_lane_option
@click.option("--reason", default="", help="told to other operators")
@database_url_option
def pause_command(lane: str, reason: str, database_url: str) -> None:
    """Have no more jobs begun until `resume`.

    They are accepted and wait in their order; what runs is seen through.
    """
    with open_engine(database_url).begin() as connection:
        pause_rows.pause(connection, Lane(lane), f"{_who()}, by command", reason[:REASON_LIMIT])
        _print_pauses(pause_rows.pauses(connection))


@jobs.command("resume")
@_lane_option
@database_url_option
def resume_command(lane: str, database_url: str) -> None:
    """Have jobs begun again, in their order."""
    with open_engine(database_url).begin() as connection:
        was_paused = pause_rows.resume(connection, Lane(lane))
        click.echo("Jobs go on." if was_paused else "Nothing was paused.")
        _print_pauses(pause_rows.pauses(connection))


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container knows its user by number only
        return "somebody"


def _print_pauses(pauses: Sequence[Pause], *, err: bool = False) -> None:
    for each in pauses:
        what = "All jobs are" if each.lane == Lane.ALL else "Jobs in the background are"
        why = f": {each.reason}" if each.reason else ""
        click.echo(f"{what} paused since {moment(each.since)} by {each.by}{why}", err=err)


@jobs.command("purge")
@filters
@click.option("--payloads", is_flag=True, help="only the uploads that are kept of failed jobs")
@_yes_option
@database_url_option
def purge_command(payloads: bool, yes: bool, database_url: str, **selection: Any) -> None:
    """Remove jobs that ended, before their time comes by itself.

    What polls say of them stays. A failed job cannot be run again afterwards.
    """
    engine = open_engine(database_url)
    meant = wanted(engine, selection)
    if meant == Wanted() and not yes:
        raise CommandError("say which jobs by options; with --yes alone: all that ended")
    if not yes:
        click.confirm("Remove what is kept of these jobs?", abort=True, err=True)
    removed = managing.purge(engine, meant, payloads_only=payloads)
    click.echo(f"{removed} {'uploads' if payloads else 'jobs'} removed.")
