"""`score-import users` and `score-import tokens`: who may use the API."""

import datetime
import re
import secrets
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.http.identity import PERMISSIONS, token_hash
from cli.errors import CommandError
from cli.options import database_url_option
from common.accounts.account_tables import ApiToken, User
from common.clock import now_ms
from common.database.engine import open_engine

USERNAME = re.compile(r"[a-zA-Z_-][a-zA-Z0-9_-]{2,20}")
ABOUT = "I'm a fairly nondescript person."
USER, ADMINISTRATOR = 1, 3  # auth levels
TOKEN_BYTES = 20


class AccountError(CommandError):
    """What was asked for cannot be; the text says why."""


def create_user(
    engine: Engine, username: str, *, user_id: int | None = None, auth_level: int = USER
) -> int:
    """Create a user and return their number: the next free one unless given.

    Raises AccountError for a name that is malformed or taken, and for a number that is taken.
    """
    if not USERNAME.fullmatch(username):
        raise AccountError(
            "a username has 3 to 21 of the characters A-Z a-z 0-9 _ - and does not begin "
            "with a digit"
        )
    now = now_ms()
    values = {
        "username": username,
        "username_lowercase": username.lower(),
        "about": ABOUT,
        "social_media": {},
        "join_date": now,
        "last_seen": now,
        "badges": [],
        "auth_level": auth_level,
    }
    if user_id is not None:
        values["id"] = user_id
    try:
        with engine.begin() as connection:
            created = connection.scalars(insert(User).values(values).returning(User.id)).one()
            # The next number handed out is above every number in use.
            sequence = func.pg_get_serial_sequence("users", "id")
            connection.execute(select(func.setval(sequence, func.max(User.id))))
    except IntegrityError as error:
        raise AccountError(f"there is a user {username}, or one with this number") from error
    return created


def find_user(engine: Engine, name_or_number: str) -> int:
    """The number of the user with this number or, in whatever case, this name.

    Raises AccountError if there is none.
    """
    wanted = (
        User.id == int(name_or_number)
        if name_or_number.isdecimal()
        else User.username_lowercase == name_or_number.lower()
    )
    with engine.connect() as connection:
        found = connection.scalars(select(User.id).where(wanted)).one_or_none()
    if found is None:
        raise AccountError(f"there is no user {name_or_number}")
    return found


def create_token(
    engine: Engine,
    user_id: int,
    identifier: str,
    permissions: Sequence[str],
    *,
    expires_at: int | None = None,
) -> str:
    """Create an API token and return it; only its hash is stored, so this is the one time.

    Parameters:
        identifier: what the user knows it by.
        expires_at: milliseconds since the epoch; None: never.
    """
    token = secrets.token_hex(TOKEN_BYTES)
    with engine.begin() as connection:
        connection.execute(
            insert(ApiToken).values(
                user_id=user_id,
                token_hash=token_hash(token),
                last_four=token[-4:],
                identifier=identifier,
                permissions=list(permissions),
                created_at=now_ms(),
                expires_at=expires_at,
            )
        )
    return token


def revoke_tokens(engine: Engine, user_id: int, ending: str) -> int:
    """Delete the user's tokens with this ending: the last four characters, or all forty.

    Returns how many there were.
    """
    matches = (
        ApiToken.last_four == ending
        if len(ending) == 4
        else ApiToken.token_hash == token_hash(ending)
    )
    with engine.begin() as connection:
        return connection.execute(
            delete(ApiToken).where(ApiToken.user_id == user_id, matches)
        ).rowcount


@click.group()
def users() -> None:
    """Create and list users."""


@users.command("create")
@click.argument("name")
@click.option("--id", "user_id", type=click.IntRange(min=1), help="their number [default: next]")
@click.option("--admin", is_flag=True, help="make them an administrator")
@database_url_option
def create_user_command(name: str, user_id: int | None, admin: bool, database_url: str) -> None:
    """Create the user NAME."""
    level = ADMINISTRATOR if admin else USER
    created = create_user(open_engine(database_url), name, user_id=user_id, auth_level=level)
    click.echo(f"Created user {created}: {name}")


@users.command("list")
@database_url_option
def list_users_command(database_url: str) -> None:
    """List all users."""
    with Session(open_engine(database_url)) as session:
        for user in session.scalars(select(User).order_by(User.id)):
            role = "  administrator" if user.auth_level == ADMINISTRATOR else ""
            click.echo(f"{user.id:>6}  {user.username}{role}")


@click.group()
def tokens() -> None:
    """Create, list and revoke API tokens. USER is a name or a number."""


@tokens.command("create")
@click.argument("user")
@click.option(
    "--permission",
    "permissions",
    type=click.Choice(PERMISSIONS),
    metavar="NAME",
    multiple=True,
    required=True,
    help=f"what the token allows, may be repeated: {', '.join(PERMISSIONS)}",
)
@click.option("--identifier", default="score-import", show_default=True, help="a name for it")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="when it stops working, UTC [default: never]",
)
@database_url_option
def create_token_command(
    user: str,
    permissions: tuple[str, ...],
    identifier: str,
    expires: datetime.datetime | None,
    database_url: str,
) -> None:
    """Create a token for USER and print it. It is shown this once."""
    engine = open_engine(database_url)
    expires_at = (
        None if expires is None else int(expires.replace(tzinfo=datetime.UTC).timestamp()) * 1000
    )
    token = create_token(
        engine, find_user(engine, user), identifier, permissions, expires_at=expires_at
    )
    click.echo(token)


@tokens.command("list")
@click.argument("user")
@database_url_option
def list_tokens_command(user: str, database_url: str) -> None:
    """List the tokens of USER, oldest first."""
    engine = open_engine(database_url)
    table = Table("ends in", "identifier", "permissions", "created", "expires", box=None)
    with Session(engine) as session:
        mine = select(ApiToken).where(ApiToken.user_id == find_user(engine, user))
        for token in session.scalars(mine.order_by(ApiToken.created_at)):
            table.add_row(
                token.last_four,
                token.identifier,
                " ".join(token.permissions),
                _date(token.created_at),
                _date(token.expires_at),
            )
    Console().print(table)


@tokens.command("revoke")
@click.argument("user")
@click.argument("ending")
@database_url_option
def revoke_token_command(user: str, ending: str, database_url: str) -> None:
    """Revoke the token of USER that ends in ENDING (four characters, or the whole token)."""
    engine = open_engine(database_url)
    if not revoke_tokens(engine, find_user(engine, user), ending):
        raise AccountError(f"{user} has no such token")
    click.echo("Revoked.")


def _date(milliseconds: int | None) -> str:
    if milliseconds is None:
        return "never"
    moment = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
    return moment.strftime("%Y-%m-%d %H:%M")
