"""The rules of the house (docs/architecture.md) that hold without exception."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

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
    """Comparisons with the name of a game or of several, outside of the games."""
    return not source.path.startswith("common/games/") and any(
        re.search(r"\bgame\b", ast.unparse(asked)) is not None
        and any(isinstance(c, ast.Constant) and c.value in GAMES for c in ast.walk(answer))
        for asked, answer in _comparisons(source.tree)
    )


def _comparisons(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What is compared, and with what."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for comparator in node.comparators:
                yield node.left, comparator
                yield comparator, node.left
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield node.subject, case.pattern


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
        ("settings alone read the environment", "os.environ['A']"),
        ("advisory locks stand in one module", "'SELECT pg_advisory_lock(1)'"),
        ("parameters come through schemas", "request.args.get('search')"),
        ("parameters come through schemas", "fields = forms.fields()"),
        ("parameters come through schemas", "fields_of_own_form()"),
    ],
)
def test_a_breach_is_noticed(rule: str, text: str) -> None:
    assert RULES[rule](Source("api/v1/somewhere.py", text))
