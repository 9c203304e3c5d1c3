"""The conditions of version 3's folders: SQL predicates as text, read as queries of folders.

Nothing of them is ever run. A small grammar covers what they are made of: comparisons of a field
of the chart or of its song with literals, joined by AND, OR and NOT. Missing values count as
version 2's queries have it: NOT holds for them.

Source: specification, v3/seeds-format.md section 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Query = dict[str, Any]


class UnknownCondition(Exception):
    """The predicate has a part that is none of the forms; the message quotes it."""


_TOKEN: Final = re.compile(
    r"\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?|->>|->|::|>=|<=|[<>=?(),]|[A-Za-z_][A-Za-z_.]*)"
)
# A number, or a list by a path: all that was meant is that the ids are large enough.
_NUMBER_OR_LIST: Final = re.compile(
    r"\(\(jsonb_typeof\(chart\.data->'(\w+)'\) = 'number'"
    r" AND \(chart\.data->>'\1'\)::int >= (\d+)\)"
    r" OR \(jsonb_typeof\(chart\.data->'\1'\) = 'array'"
    r" AND jsonb_path_match\(chart\.data->'\1', '(?:[^']|'')*'\)\)\)"
)
_COLUMNS: Final = {
    "chart.level": "level",
    "chart.difficulty": "difficulty",
    "chart.level_num": "levelNum",
    "chart.is_primary": "isPrimary",
    "chart.data": "data",
    "song.title": "song¬title",
    "song.artist": "song¬artist",
    "song.data": "song¬data",
}
_OPERATORS: Final = {">=": "~gte", ">": "~gt", "<=": "~lte", "<": "~lt"}
_BOOLEANS: Final = {"true": True, "false": False}


def query_of(where: str) -> Query:
    """The query of a folder. Raises UnknownCondition."""
    simple = _NUMBER_OR_LIST.sub(r"(chart.data->>'\1')::numeric >= \2", where)
    parser = _Parser(simple, _tokens(simple))
    query = parser.disjunction()
    if parser.rest:
        raise UnknownCondition(f"not understood: {' '.join(parser.rest)}")
    return query


def _tokens(where: str) -> list[str]:
    tokens, place = [], 0
    text = where.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise UnknownCondition(f"not understood: {text[place:]}")
        tokens.append(found[1])
        place = found.end()
    return tokens


@dataclass(frozen=True, slots=True)
class _Field:
    """The path of a field in a query's spelling; whether its value is compared as a number."""

    path: str
    number: bool


class _Parser:
    def __init__(self, where: str, tokens: list[str]) -> None:
        self._where = where
        self._tokens = tokens
        self._place = 0

    @property
    def rest(self) -> list[str]:
        return self._tokens[self._place :]

    def disjunction(self) -> Query:
        parts = self._joined("OR", self._conjunction)
        return parts[0] if len(parts) == 1 else _any_of(parts)

    def _conjunction(self) -> Query:
        return _all_of(self._joined("AND", self._negation))

    def _joined(self, word: str, part: Callable[[], Query]) -> list[Query]:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts

    def _negation(self) -> Query:
        if not self._take("NOT"):
            return self._condition()
        inner = self._condition()
        if len(inner) != 1 or next(iter(inner)).startswith("~"):
            raise UnknownCondition("NOT of more than one field")
        ((path, condition),) = inner.items()
        operators = condition if isinstance(condition, dict) else {"~in": [condition]}
        return {path: {"~not": operators}}

    def _condition(self) -> Query:
        """A comparison, or something in parentheses; both may begin with one."""
        start = self._place
        try:
            return self._comparison()
        except UnknownCondition:
            self._place = start
            if not self._take("("):
                raise
        inner = self.disjunction()
        self._expect(")")
        return inner

    def _comparison(self) -> Query:
        field = self._field()
        if self._take("?"):
            return {f"{field.path}¬table": self._text()}
        if self._take("IN"):
            self._expect("(")
            values = [self._literal(field)]
            while self._take(","):
                values.append(self._literal(field))
            self._expect(")")
            return _of_table(field.path, {"~in": values}) or {field.path: {"~in": values}}
        operator = self._next()
        value = self._literal(field)
        if operator == "=":
            return _of_table(field.path, value) or {field.path: value}
        if operator not in _OPERATORS:
            raise UnknownCondition(f"not understood: {operator}")
        return {field.path: {_OPERATORS[operator]: value}}

    def _field(self) -> _Field:
        if self._take("("):
            field = self._field()
            self._expect(")")
        else:
            column = self._next()
            if column not in _COLUMNS:
                raise UnknownCondition(f"not understood: {column}")
            path = _COLUMNS[column]
            while self._take("->") or self._take("->>"):
                path += f"¬{self._text()}"
            field = _Field(path, path == "levelNum")
        if self._take("::"):
            kind = self._next()
            field = _Field(field.path, kind in ("numeric", "int", "integer", "float"))
        return field

    def _literal(self, field: _Field) -> Any:
        if field.number:
            try:
                number = float(self._next())
            except ValueError:
                raise UnknownCondition("a number is compared with something else") from None
            return int(number) if number.is_integer() else number
        text = self._text()
        # JSON's true is the text true there; no field holds that text.
        return _BOOLEANS.get(text, text) if "¬" in field.path else text

    def _text(self) -> str:
        token = self._next()
        if not token.startswith("'"):
            raise UnknownCondition(f"not understood: {token}")
        return token[1:-1].replace("''", "'")

    def _next(self) -> str:
        if self._place == len(self._tokens):
            raise UnknownCondition(f"ends too early: {self._where}")
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, token: str) -> bool:
        is_next = self._place < len(self._tokens) and self._tokens[self._place] == token
        self._place += is_next
        return is_next

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise UnknownCondition(f"{token} is missing in {self._where}")


_IN_TABLE: Final = "data¬tableFolders¬"


def _of_table(path: str, level: Any) -> Query | None:
    """A chart's level in a difficulty table, which it has in a list."""
    if not path.startswith(_IN_TABLE):
        return None
    table = path.removeprefix(_IN_TABLE)
    return {"data¬tableFolders": {"~elemMatch": {"table": table, "level": level}}}


def _all_of(parts: list[Query]) -> Query:
    whole: Query = {}
    for part in parts:
        for path, condition in part.items():
            if path not in whole:
                whole[path] = condition
            elif _are_ranges(whole[path], condition):
                whole[path] = {**whole[path], **condition}
            else:
                return {"~and": parts}
    return whole


def _are_ranges(*conditions: Any) -> bool:
    """Whether they are bounds that do not repeat each other."""
    operators = [key for each in conditions if isinstance(each, dict) for key in each]
    return (
        all(isinstance(each, dict) for each in conditions)
        and set(operators) <= set(_OPERATORS.values())
        and len(set(operators)) == len(operators)
    )


def _any_of(parts: list[Query]) -> Query:
    paths = {path for part in parts for path in part}
    values: list[Any] = [value for part in parts for value in part.values()]
    simple = all(len(part) == 1 for part in parts) and len(paths) == 1
    if simple and not any(isinstance(value, Mapping) for value in values):
        return {paths.pop(): {"~in": values}}
    return {"~or": parts}
