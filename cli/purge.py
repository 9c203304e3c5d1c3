"""`score-import purge`: what is not needed any more, removed now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import click
from sqlalchemy import Connection, Engine

from cli.accounts import find_user
from cli.options import database_url_option
from cli.spans import Age
from common.accounts import client_rows, login_rows, token_rows
from common.database.engine import open_engine
from common.jobs import ended_rows, idempotency
from common.orphans import kept_orphan_rows
from common.webhooks import delivery_rows

AT_ONCE: Final = 2000
_older_option = click.option(
    "--older-than", "older", type=Age(), required=True, help="7d, 12h, 90s"
)
_yes_option = click.option("--yes", is_flag=True, help="do not ask")


@click.group()
def purge() -> None:
    """Remove what is not needed any more. (Of jobs: `score-import jobs purge`.)"""


@purge.command()
@_older_option
@database_url_option
def ended(older: int, database_url: str) -> None:
    """Remove what is removed by itself some day: jobs that ended, keys, logins, codes, tokens.

    Of jobs those that ended so long ago; of the rest what is no good any more. What polls say
    of jobs stays.
    """
    engine = open_engine(database_url)
    jobs = keys = 0
    while removed := _committed(engine, lambda c: ended_rows.remove_ended(c, older, AT_ONCE)):
        jobs += removed
    while removed := _committed(engine, lambda c: idempotency.forget_old(c, AT_ONCE)):
        keys += removed
    for what, count in (
        ("jobs", jobs),
        ("idempotency keys", keys),
        ("sessions of browsers", _committed(engine, login_rows.remove_ended)),
        ("OAuth2 codes", _committed(engine, client_rows.remove_ended_codes)),
        ("tokens that expired", _committed(engine, token_rows.delete_expired)),
    ):
        click.echo(f"{count:>8}  {what}")


@purge.command()
@_older_option
@database_url_option
def deliveries(older: int, database_url: str) -> None:
    """Remove deliveries of events that were given up, of events so old."""
    count = _committed(
        open_engine(database_url), lambda c: delivery_rows.forget_dead_older(c, older)
    )
    click.echo(f"{count} deliveries removed.")


@purge.command()
@_older_option
@click.option("--user", help="only those of this user")
@click.option("--game", help="only those of this game")
@_yes_option
@database_url_option
def orphans(older: int, user: str | None, game: str | None, yes: bool, database_url: str) -> None:
    """Remove orphaned scores that have waited for their charts for so long."""
    engine = open_engine(database_url)
    user_id = None if user is None else find_user(engine, user)
    if not yes:
        click.confirm("Remove these orphaned scores for good?", abort=True, err=True)
    count = _committed(engine, lambda c: kept_orphan_rows.delete_old(c, older, user_id, game))
    click.echo(f"{count} orphaned scores removed.")


def _committed(engine: Engine, remove: Callable[[Connection], int]) -> int:
    with engine.begin() as connection:
        return remove(connection)
