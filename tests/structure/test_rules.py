"""The rules of the house (docs/architecture.md) that hold without exception."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import pytest

from common.games.registry import GAMES
from tests.structure.sources import LAYERS, Source, sources

# Where SQL stands: a subject's rows, what is stored of a user, the life of a job, and what is
# SQL by its nature.
_SQL = re.compile(
    r"(_rows|/rows|_tables)\.py$|^worker/records/|^worker/jobs\.py$|^common/jobs/"
    r"|^common/database/|^common/catalogue/|^common/locks\.py$|^cli/"
)


_STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|COPY)\s")


def with_sql(source: Source) -> bool:
    """Statements in routes, steps and other places that are not for them."""
    return not _SQL.search(source.path) and any(
        (isinstance(node, ast.Call) and ast.unparse(node.func) in ("text", "sqlalchemy.text"))
        or (isinstance(node, ast.Constant) and _STATEMENT.match(str(node.value)))
        for node in ast.walk(source.tree)
    )


def with_a_game(source: Source) -> bool:
    """Comparisons with the name of a game or of several, and what is asked of games by a name,
    outside of the games; the name may stand in a constant."""
    if source.path.startswith("common/games/"):
        return False
    constants = {
        ast.unparse(target)
        for node in source.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if _names_a_game(node.value, ())
    }
    return any(_names_a_game(each, constants) for each in _compared(source.tree))


def _compared(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (node.left, *node.comparators)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield from ast.walk(case.pattern)
        elif isinstance(node, ast.Subscript) and "games" in ast.unparse(node.value).lower():
            yield node.slice


def _names_a_game(node: ast.AST, constants: Collection[str]) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_names_a_game(each, constants) for each in node.elts)
    if isinstance(node, ast.Name):
        return node.id in constants
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in GAMES


def with_an_environment(source: Source) -> bool:
    """Readers of the environment other than the settings, and the command, which hands it on."""
    return not source.path.startswith(("common/settings", "cli/")) and any(
        isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
        for node in ast.walk(source.tree)
    )


def with_a_lock(source: Source) -> bool:
    """Advisory locks taken elsewhere than where their order stands."""
    return source.path != "common/locks.py" and "pg_try_advisory" in source.text.replace(
        "pg_advisory", "pg_try_advisory"
    )


_PARAMETERS = {"request.args", "request.form", "request.values", "request.query_string"}
_FORMS = {"forms.fields", "rendering.fields_of_own_form", "fields_of_own_form"}
# Where the schemas of pages are loaded, and what the way back to a page is told by.
_LOADERS = ("api/web/page_parameters.py", "api/web/rendering.py")


def with_raw_parameters(source: Source) -> bool:
    """Endpoints and pages that read the query or a form themselves, where a schema would say
    what may be in it."""
    return (
        source.path.startswith(("api/v1/", "api/hooks/", "api/web/"))
        and source.path not in _LOADERS
        and any(
            (isinstance(node, ast.Attribute) and ast.unparse(node) in _PARAMETERS)
            or (isinstance(node, ast.Call) and ast.unparse(node.func) in _FORMS)
            for node in ast.walk(source.tree)
        )
    )


RULES: dict[str, Callable[[Source], bool]] = {
    "SQL stands in rows, records and the life of a job": with_sql,
    "a game's special case is a field of the game": with_a_game,
    "settings alone read the environment": with_an_environment,
    "advisory locks stand in one module": with_a_lock,
    "parameters come through schemas": with_raw_parameters,
}


def offenders(offends: Callable[[Source], bool]) -> set[str]:
    return {source.path for source in sources(*LAYERS) if offends(source)}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_kept(rule: str) -> None:
    assert offenders(RULES[rule]) == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_no_two_modules_of_a_layer_bear_one_name(layer: str) -> None:
    assert not list(_repeated(layer))


def _repeated(layer: str) -> Iterator[str]:
    places = defaultdict(list)
    for source in sources(layer):
        name = source.path.rpartition("/")[2]
        if name not in ("__init__.py", "__main__.py"):
            places[name].append(source.path)
    return (name for name, paths in places.items() if len(paths) > 1)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("SQL stands in rows, records and the life of a job", "f'SELECT 1 FROM {table}'"),
        ("SQL stands in rows, records and the life of a job", "text('SELECT 1')"),
        ("a game's special case is a field of the game", "if game == 'iidx': pass"),
        ("a game's special case is a field of the game", "if gpt.game in ('bms', 'pms'): pass"),
        ("a game's special case is a field of the game", "match game:\n    case 'iidx': pass"),
        ("a game's special case is a field of the game", "'bms' in values['games']"),
        ("a game's special case is a field of the game", "BMS: Final = 'bms'\ngpt.game != BMS"),
        ("a game's special case is a field of the game", "BOTH = ('bms', 'pms')\ngame in BOTH"),
        ("a game's special case is a field of the game", "GAMES['bms'].playtypes"),
        ("settings alone read the environment", "os.environ['A']"),
        ("advisory locks stand in one module", "'SELECT pg_advisory_lock(1)'"),
        ("parameters come through schemas", "request.args.get('search')"),
        ("parameters come through schemas", "fields = forms.fields()"),
        ("parameters come through schemas", "fields_of_own_form()"),
    ],
)
def test_a_breach_is_noticed(rule: str, text: str) -> None:
    assert RULES[rule](Source("api/v1/somewhere.py", text))
