"""Rules of uniqueness. Source: specification, seeds-format.md section 12."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from common.seeds.context import Context
from common.seeds.reading import Collection
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, COURSES
from common.seeds.violations import Violation


def unique_keys(context: Context) -> Iterator[Violation]:
    for collection in context.seeds.collections.values():
        name = collection.kind.key
        yield from _repeated(collection, f"unique {name}", _value_of(name))


def unique_across_games(context: Context) -> Iterator[Violation]:
    # Scores and folders know a chart by its chartID alone.
    owner: dict[str, str] = {}
    for collection, chart in context.seeds.each(CHARTS):
        other = owner.setdefault(chart["chartID"], collection.file)
        if other != collection.file:
            detail = f"{other} has the same chartID"
            yield collection.violation(chart["chartID"], "unique chartID", detail)


def one_primary_chart(context: Context) -> Iterator[Violation]:
    def place(chart: Document) -> Iterable[Hashable]:
        if chart["isPrimary"]:
            yield (chart["songID"], chart["playtype"], chart["difficulty"])

    for collection in context.seeds.of_kind(CHARTS):
        yield from _repeated(collection, "one primary chart a difficulty", place)


def unique_versions(context: Context) -> Iterator[Violation]:
    for collection, chart in context.seeds.each(CHARTS):
        if len(set(chart["versions"])) < len(chart["versions"]):
            detail = "versions names a version twice"
            yield collection.violation(chart["chartID"], "version", detail)


def unique_courses(context: Context) -> Iterator[Violation]:
    def reached_class(course: Document) -> Iterable[Hashable]:
        return ((course["set"], course["playtype"], course["value"]),)

    for collection in context.seeds.of_kind(COURSES):
        yield from _repeated(collection, "one course a class", reached_class)


def _repeated(
    collection: Collection, rule: str, keys_of: Callable[[Document], Iterable[Hashable]]
) -> Iterator[Violation]:
    """A violation for each document that has a key an earlier one has."""
    first: dict[Hashable, Any] = {}
    name = collection.kind.key
    for document in collection.documents:
        for key in keys_of(document):
            if key in first:
                other = "another document" if key == document[name] else first[key]
                detail = f"{other} has the same {_in_words(key)}"
                yield collection.violation(document[name], rule, detail)
            else:
                first[key] = document[name]


def _value_of(name: str) -> Callable[[Document], Iterable[Hashable]]:
    return lambda document: (document[name],)


def _in_words(key: Hashable) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
