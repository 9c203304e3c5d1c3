"""`score-import verify`: whether what is stored of a user follows from their scores."""

import click
from sqlalchemy import Connection

from cli.accounts import find_user
from cli.options import database_url_option
from common.database.engine import open_engine
from common.jobs.accepting import NewJob, accept_in_background
from common.jobs.arguments import Recalculation
from common.text.canonical import new_job_id
from worker.catalogue.memory import CatalogueStore
from worker.changes.verification import differences

SHOWN = 20  # differences


@click.command()
@click.argument("user")
@click.option("--repair", is_flag=True, help="have the workers put right what differs")
@database_url_option
def verify(user: str, repair: bool, database_url: str) -> None:
    """Work out personal bests, sessions and profiles of USER (name or number) from all scores.

    Compares them with what is stored, without changing anything, and ends with 1 where they
    differ. With --repair the games concerned are worked out anew in a job of the user's.
    """
    engine = open_engine(database_url)
    try:
        user_id = find_user(engine, user)
        with engine.connect() as connection:
            # One state of all tables, whatever is imported meanwhile.
            connection.execution_options(isolation_level="REPEATABLE READ")
            found = list(differences(connection, user_id, CatalogueStore()))
        for game, sentence in found[:SHOWN]:
            click.echo(f"{game}: {sentence}")
        if len(found) > SHOWN:
            click.echo(f"... and {len(found) - SHOWN} more")
        if not found:
            click.echo("All follows from the scores.")
        elif repair:
            games = sorted({game for game, _ in found})
            with engine.begin() as connection:
                _accept(connection, user_id, games)
            click.echo(f"Worked out anew by the next free worker: {', '.join(games)}.")
        else:
            raise SystemExit(1)
    finally:
        engine.dispose()


def _accept(connection: Connection, user_id: int, games: list[str]) -> None:
    job = NewJob(user_id, new_job_id(), Recalculation(games=games))
    accept_in_background(connection, [job])
