"""What makes a fresh installation worth looking at: a catalogue, a user, clients, some scores."""

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from cli import accounts, clients
from cli.client import Client, ClientError
from cli.errors import CommandError
from cli.local.state import CHECKOUT, write_private
from cli.submit import Summary, submit_and_watch
from common.accounts.account_tables import ApiToken, User
from common.accounts.permissions import PERMISSIONS
from common.accounts.proofs import proof_hash
from common.catalogue.catalogue_tables import ChartRow
from common.database import engine as db
from common.profiles import outdated_rows
from common.seeds.loader import load_directory
from common.seeds.violations import SeedsError

CATALOGUE = CHECKOUT / "examples" / "catalogue"
CLIENTS = CHECKOUT / "examples" / "clients.json"
SCORES = CHECKOUT / "examples" / "imports" / "batch-manual-sdvx.json"
IMPORT_TYPE = "file/batch-manual"
USER = "demo"
TOKEN_FILE = "token"  # noqa: S105
TOKEN_NAME = "score-import up"  # noqa: S105
# Everything a user's own token may allow; not what stands for the user in person.
TOKEN_PERMISSIONS = [name for name in PERMISSIONS if name != "manage_account"]


def prepare_database(database_url: str, folder: Path) -> tuple[str, str | None]:
    """Bring schema, catalogue and user about, as far as they are missing.

    Returns a remark about the catalogue, and a token, which is kept in `folder` for the next
    run. There is no token for a database with users of its own.
    """
    engine = db.open_engine(database_url)
    try:
        outdated_rows.upgrade(database_url)
        return _load_catalogue(engine), _token(engine, folder / TOKEN_FILE)
    except (SQLAlchemyError, SeedsError) as error:
        reason = getattr(error, "orig", error)  # without SQLAlchemy's own remarks
        raise CommandError(f"the database cannot be prepared: {reason}") from error
    finally:
        engine.dispose()


def import_scores(url: str, token: str, console: Console) -> bool:
    """Import the example scores over HTTP; returns whether every one of them is stored."""
    expected = len(json.loads(SCORES.read_bytes())["scores"])
    try:
        document = submit_and_watch(Client(url, token), SCORES, IMPORT_TYPE, {}, console)
    except ClientError as error:
        console.print(f"[red]The example import failed:[/] {escape(str(error))}")
        return False
    assert document is not None, "it was waited for"
    summary = Summary.of(document)
    return summary.scores + summary.duplicates == expected and not summary.errors


def _load_catalogue(engine: Engine) -> str:
    """Load the example catalogue if there is none; returns a remark about what is there."""
    with engine.connect() as connection:
        if connection.execute(select(ChartRow.chart_id).limit(1)).first():
            return "catalogue as it was"
    summary = load_directory(engine, CATALOGUE)
    documents = sum(each.inserted for each in summary.collections)
    return f"example catalogue loaded, {documents:,} documents"


def _token(engine: Engine, kept: Path) -> str | None:
    """The token kept in a file, or a new one of the example user; see `prepare_database`."""
    with engine.connect() as connection:
        if kept.exists():
            token = kept.read_text(encoding="utf-8")
            known = select(ApiToken.user_id).where(ApiToken.token_hash == proof_hash(token))
            if connection.execute(known).first():
                return token
        users = dict(connection.execute(select(User.username, User.id)).tuples().all())
    if users and USER not in users:
        return None
    user_id = users.get(USER)
    if user_id is None:
        user_id = accounts.create_user(engine, USER)
        clients.seed(engine, CLIENTS, user_id)
    token = accounts.create_token(engine, user_id, TOKEN_NAME, TOKEN_PERMISSIONS)
    write_private(kept, token)
    return token
