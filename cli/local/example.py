"""What makes a fresh installation worth looking at: a catalogue, a user, clients, some scores."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from sqlalchemy import Engine, select

from cli import accounts, clients
from cli.errors import CommandError
from cli.import_summary import Summary
from cli.private_files import write_private
from cli.submit import follow
from common.accounts.account_tables import ApiToken, User
from common.accounts.permissions import PERMISSIONS
from common.accounts.proofs import proof_hash
from common.catalogue.catalogue_tables import ChartRow
from common.catalogue.giving_way_rows import games_of
from common.database import engine as db
from common.profiles import outdated_rows
from common.seeds.loader import Loading, load_directory
from common.seeds.reading import charts_in, read_files
from common.seeds.violations import SeedsError
from common.seeds.writer import Progress
from score_import_client import Client, ClientError

# A link to the checkout's folder; in a wheel, the files themselves.
EXAMPLES = (Path(__file__).parent / "examples").resolve()
CATALOGUE = EXAMPLES / "catalogue"
CLIENTS = EXAMPLES / "clients.json"
SCORES = EXAMPLES / "imports" / "batch-manual-sdvx.json"
IMPORT_TYPE = "file/batch-manual"
USER = "demo"
TOKEN_FILE = "token"  # noqa: S105
TOKEN_NAME = "score-import up"  # noqa: S105
# Everything a user's own token may allow; not what stands for the user in person.
TOKEN_PERMISSIONS = [name for name in PERMISSIONS if name != "manage_account"]


@dataclass(frozen=True)
class Prepared:
    """A database that the service can begin with.

    remark: about the catalogue. has_example: the catalogue is the example's. token: of the
    example user; None for a database with users of its own.
    """

    remark: str
    has_example: bool
    token: str | None


def prepare_database(
    database_url: str, folder: Path, seeds: Path | None, *, with_example: bool, progress: Progress
) -> Prepared:
    """Bring schema, catalogue and user about, as far as they are missing.

    The token is kept in `folder` for the next run.

    Parameters:
        seeds: the catalogue to load; where the example's was, it gives way.
        with_example: load the example's where there is none.
    """
    engine = db.open_engine(database_url)
    try:
        progress("schema", 0, 1)
        outdated_rows.upgrade(database_url)
        remark = _load_catalogue(engine, seeds, progress, with_example=with_example)
        with engine.connect() as connection:
            has_example = bool(games_of(connection, charts_in(read_files(CATALOGUE))))
        return Prepared(remark, has_example, _token(engine, folder / TOKEN_FILE))
    except SeedsError as error:
        raise CommandError(
            f"the seeds in {seeds or CATALOGUE} were refused, nothing was loaded: {error}"
        ) from error
    finally:
        engine.dispose()


def import_scores(url: str, token: str, console: Console) -> bool:
    """Import the example scores over HTTP; returns whether every one of them is stored."""
    expected = len(json.loads(SCORES.read_bytes())["scores"])
    try:
        with Client(url, token) as client:
            document = follow(client, client.submit(SCORES, IMPORT_TYPE), SCORES.name)
    except ClientError as error:
        console.print(f"[red]The example import failed:[/] {escape(str(error))}")
        return False
    summary = Summary.of(document)
    return summary.scores + summary.duplicates == expected and not summary.errors


def _load_catalogue(
    engine: Engine, seeds: Path | None, progress: Progress, *, with_example: bool
) -> str:
    """Load a catalogue where one is to be loaded; returns a remark about what is there."""
    if seeds is not None:
        summary = load_directory(engine, seeds, Loading(giving_way=CATALOGUE, tell=progress))
        return f"catalogue of {seeds}, {summary.changes:,} documents changed"
    with engine.connect() as connection:
        if connection.execute(select(ChartRow.chart_id).limit(1)).first():
            return "catalogue as it was"
    if not with_example:
        return "no catalogue: score-import seeds load DIR"
    summary = load_directory(engine, CATALOGUE, Loading(tell=progress))
    return f"example catalogue loaded, {summary.changes:,} documents"


def _token(engine: Engine, kept: Path) -> str | None:
    """The token kept in a file, or a new one of the example user; see `prepare_database`."""
    with engine.connect() as connection:
        if kept.exists():
            token = kept.read_text(encoding="utf-8")
            known = select(ApiToken.user_id).where(ApiToken.token_hash == proof_hash(token))
            if connection.execute(known).first():
                return token
        users = dict(connection.execute(select(User.username, User.id)).all())
    if users and USER not in users:
        return None
    user_id = users.get(USER)
    if user_id is None:
        user_id = accounts.create_user(engine, USER)
        clients.seed(engine, CLIENTS, user_id)
    token = accounts.create_token(engine, user_id, TOKEN_NAME, TOKEN_PERMISSIONS)
    write_private(kept, token)
    return token
