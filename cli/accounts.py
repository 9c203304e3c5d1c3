"""`score-import users` and `score-import tokens`: who may use the API."""

import datetime
import sys
from collections.abc import Sequence

import click
from rich.table import Table
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from cli.errors import CommandError
from cli.options import database_url_option, redis_url_option
from cli.showing import print_table
from common.accounts import login_rows, passwords, token_rows, user_rows
from common.accounts.account_tables import User
from common.accounts.permissions import PERMISSIONS
from common.accounts.token_rows import NewToken
from common.accounts.user_rows import ADMINISTRATOR, BANNED, USER, USERNAME, NewUser
from common.database.engine import open_engine
from common.redis_client import open_patient_redis
from common.removal import deleting

# As lists of users say it.
ROLES = {BANNED: "  banned", ADMINISTRATOR: "  administrator"}


class AccountError(CommandError):
    """What was asked for cannot be; the text says why."""


def create_user(
    engine: Engine,
    username: str,
    *,
    user_id: int | None = None,
    auth_level: int = USER,
    password: str | None = None,
) -> int:
    """Create a user and return their number: the next free one unless given.

    Raises AccountError for a name that is malformed or taken, and for a number that is taken.
    """
    _check_name(username)
    try:
        with engine.begin() as connection:
            row = user_rows.create(connection, NewUser(username, user_id, auth_level))
            if password is not None:
                _set_password(connection, row.id, password)
    except user_rows.NameTaken as error:
        raise AccountError(f"there is a user {username}, or one with this number") from error
    return int(row.id)


def _check_name(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise AccountError(
            "a username has 3 to 21 of the characters A-Z a-z 0-9 _ - and does not begin "
            "with a digit"
        )


def _set_password(connection: Connection, user_id: int, password: str) -> None:
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise AccountError(f"a password has at least {passwords.SHORTEST} characters")
    login_rows.set_password(connection, user_id, passwords.hashed(password))


def find_user(engine: Engine, name_or_number: str) -> int:
    """The number of the user with this number or, in whatever case, this name.

    Raises AccountError if there is none.
    """
    with engine.connect() as connection:
        found = user_rows.find(connection, name_or_number)
    if found is None:
        raise AccountError(f"there is no user {name_or_number}")
    return int(found.id)


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
    new = NewToken(user_id, identifier, permissions, expires_at=expires_at)
    with engine.begin() as connection:
        token, _ = token_rows.create(connection, new)
    return token


def revoke_tokens(engine: Engine, user_id: int, ending: str) -> int:
    """Delete the user's tokens with this ending: the last four characters, or all forty.

    Returns how many there were.
    """
    with engine.begin() as connection:
        if len(ending) == 4:
            return token_rows.delete_ending(connection, user_id, ending)
        return token_rows.delete(connection, user_id, ending)


def ask_password() -> str:
    """A password, typed twice in a terminal, else the first line of the standard input."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


@click.group()
def users() -> None:
    """Create, list, ban, rename and delete users, set passwords, invite people."""


@users.command("create")
@click.argument("name")
@click.option("--id", "user_id", type=click.IntRange(min=1), help="their number [default: next]")
@click.option("--admin", is_flag=True, help="make them an administrator")
@click.option(
    "--password",
    "has_password",
    is_flag=True,
    help="give them a password: it is asked for, or read from the standard input",
)
@database_url_option
def create_user_command(
    name: str, user_id: int | None, admin: bool, has_password: bool, database_url: str
) -> None:
    """Create the user NAME. Without a password they cannot log in, and use tokens only."""
    level = ADMINISTRATOR if admin else USER
    password = ask_password() if has_password else None
    created = create_user(
        open_engine(database_url), name, user_id=user_id, auth_level=level, password=password
    )
    click.echo(f"Created user {created}: {name}")


@users.command("set-password")
@click.argument("user")
@database_url_option
def set_password_command(user: str, database_url: str) -> None:
    """Give USER a password, and log them out everywhere.

    It is asked for, or read from the standard input.
    """
    engine = open_engine(database_url)
    user_id = find_user(engine, user)
    password = ask_password()
    with engine.begin() as connection:
        _set_password(connection, user_id, password)
        login_rows.end_sessions(connection, user_id)
    click.echo("Password set.")


@users.command("invite")
@click.option("--note", default="", help="for whom it is")
@click.option("--days", type=click.IntRange(min=1), help="how long it is good [default: for ever]")
@database_url_option
def invite_command(note: str, days: int | None, database_url: str) -> None:
    """Print a code that lets one person register (REGISTRATION=invite). It is shown this once."""
    with open_engine(database_url).begin() as connection:
        click.echo(login_rows.invite(connection, note, days))


@users.command("invites")
@database_url_option
def list_invites_command(database_url: str) -> None:
    """List all invites, and who used them."""
    table = Table("note", "created", "expires", "used", "by", box=None)
    with open_engine(database_url).connect() as connection:
        for row in login_rows.invites(connection):
            used = "" if row.used_at is None else _date(row.used_at)
            table.add_row(
                row.note, _date(row.created_at), _date(row.expires_at), used, row.username or ""
            )
    print_table(table)


@users.command("list")
@database_url_option
def list_users_command(database_url: str) -> None:
    """List all users."""
    with Session(open_engine(database_url)) as session:
        for user in session.scalars(select(User).order_by(User.id)):
            role = ROLES.get(user.auth_level, "")
            click.echo(f"{user.id:>6}  {user.username}{role}")


@users.command("ban")
@click.argument("user")
@database_url_option
def ban_command(user: str, database_url: str) -> None:
    """Keep USER out: neither their tokens nor their password let them in. Nothing is removed."""
    _set_level(database_url, user, BANNED)
    click.echo("Banned.")


@users.command("unban")
@click.argument("user")
@database_url_option
def unban_command(user: str, database_url: str) -> None:
    """Let USER in again, as an ordinary user, with the tokens and the password they had."""
    _set_level(database_url, user, USER, only_from=BANNED)
    click.echo("Not banned any more.")


def _set_level(database_url: str, user: str, level: int, only_from: int | None = None) -> None:
    engine = open_engine(database_url)
    user_id = find_user(engine, user)
    with engine.begin() as connection:
        found = user_rows.by_id(connection, user_id)
        if found is not None and only_from not in (None, found.auth_level):
            raise AccountError(f"{user} is not banned")
        user_rows.set_level(connection, user_id, level)


@users.command("rename")
@click.argument("user")
@click.argument("name")
@database_url_option
def rename_command(user: str, name: str, database_url: str) -> None:
    """Give USER the name NAME. Their number, tokens and scores stay."""
    engine = open_engine(database_url)
    user_id = find_user(engine, user)
    _check_name(name)
    try:
        with engine.begin() as connection:
            user_rows.rename(connection, user_id, name)
    except user_rows.NameTaken as error:
        raise AccountError(f"there is a user {name}") from error
    click.echo(f"User {user_id} is {name} now.")


@users.command("delete")
@click.argument("user")
@click.option("--yes", is_flag=True, help="do not ask")
@database_url_option
@redis_url_option
def delete_command(user: str, yes: bool, database_url: str, redis_url: str | None) -> None:
    """Remove USER and all that is theirs for good: scores, imports, sessions, tokens, settings.

    What they have waiting or running is cancelled. Their number is not given out again.
    """
    engine = open_engine(database_url)
    user_id = find_user(engine, user)
    if not yes:
        warning = f"This removes user {user_id} for good. Type {user} to go on"
        typed = click.prompt(warning, err=True)
        if typed != user:
            raise AccountError("nothing was removed")
    redis = None if redis_url is None else open_patient_redis(redis_url)
    try:
        removed = deleting.delete(engine, redis, user_id)
    except deleting.StillWorkedFor as error:
        raise AccountError(
            "a worker does not let go of this user; nothing was removed. Who it is says "
            "`score-import jobs locks`"
        ) from error
    for table, count in sorted(removed.items()):
        click.echo(f"{count:>8}  {table}")
    click.echo(f"User {user_id} is removed.")


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


_permission_option = click.option(
    "--permission",
    type=click.Choice(PERMISSIONS),
    metavar="NAME",
    help=f"only those that allow this: {', '.join(PERMISSIONS)}",
)


@tokens.command("list")
@click.argument("user", required=False)
@_permission_option
@database_url_option
def list_tokens_command(user: str | None, permission: str | None, database_url: str) -> None:
    """List the tokens of USER, or of all users, the oldest of each first."""
    engine = open_engine(database_url)
    table = Table("user", "ends in", "identifier", "permissions", "created", "expires", box=None)
    user_id = None if user is None else find_user(engine, user)
    with engine.connect() as connection:
        for token in token_rows.that_allow(connection, permission, user_id):
            table.add_row(
                token.username,
                token.last_four,
                token.identifier,
                " ".join(token.permissions),
                _date(token.created_at),
                _date(token.expires_at),
            )
    print_table(table)


@tokens.command("revoke-all")
@click.option("--user", help="only those of this user")
@_permission_option
@click.option("--yes", is_flag=True, help="do not ask")
@database_url_option
def revoke_all_command(
    user: str | None, permission: str | None, yes: bool, database_url: str
) -> None:
    """Revoke all tokens of a user, all that have a permission, or those that fit both."""
    if user is None and permission is None:
        raise AccountError("say whose, or with which permission: --user, --permission")
    engine = open_engine(database_url)
    user_id = None if user is None else find_user(engine, user)
    with engine.connect() as connection:
        meant = len(token_rows.that_allow(connection, permission, user_id))
    if not yes and meant:
        click.confirm(f"Revoke {meant} tokens?", abort=True, err=True)
    with engine.begin() as connection:
        revoked = token_rows.delete_that_allow(connection, permission, user_id)
    click.echo(f"{revoked} tokens revoked.")


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
