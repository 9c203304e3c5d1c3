"""Routes that are only ever matched: no address is made from an endpoint's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import BuildError, Rule


class MatchedRule(Rule):
    """A route of Werkzeug's without the two functions that would build its address.

    Compiling them, for hundreds of routes, is most of what making the application takes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _build


def _build(rule: Rule, **values: Any) -> tuple[str, str]:
    raise BuildError(rule.endpoint, values, None)
