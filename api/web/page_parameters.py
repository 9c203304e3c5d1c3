"""What a page takes: the query of its address and the fields of its form, each a schema.

    @blueprint.get("/players/<user>/<game>/<playtype>")
    @takes(query=SearchQuery())
    def profile(user: str, game: str, playtype: str, *, query: dict[str, Any]) -> Response: ...

Where an endpoint of the interface takes the same, the schema is that endpoint's with
`PageParameters` in front. What does not fit is said on a page of status 400, in the words of the
interface.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from flask import request
from marshmallow import Schema, ValidationError, fields, pre_load

from api.http import forms, pages
from api.http.parameters import check
from api.web.rendering import fields_of_own_form, local

View = TypeVar("View", bound=Callable[..., Any])

# The attribute of a view function that holds the schema of its query.
_ATTRIBUTE: Final = "query_of_page"


class PageParameters(Schema):
    """What was left empty is as if it were not there, and so is what the page does not know."""

    @pre_load
    def what_counts(self, sent: Mapping[str, str], **_: Any) -> dict[str, str]:
        return {name: text for name, text in sent.items() if name in self.fields and text.strip()}


# A form of nothing but a button: it is looked at, and not handed on.
NO_FIELDS: Final = PageParameters()


class AfterQuery(PageParameters, pages.Page):
    """Where on a list to go on; how much of it is shown is the page's to say."""

    class Meta:
        exclude = ("limit",)


def trimmed() -> fields.Function:
    """A text, without the spaces around it."""
    return fields.Function(deserialize=str.strip, metadata={"type": "string"})


def whole_number(most: int, expectation: str) -> fields.Function:
    """A number from zero on. expectation: what is said of anything else."""

    def read(sent: str) -> int:
        digits = sent.strip()
        if not (digits.isascii() and digits.isdigit() and int(digits[:17]) <= most):
            raise ValidationError(expectation)
        return int(digits)

    return fields.Function(deserialize=read, metadata={"type": "integer", "maximum": most})


def way_on() -> fields.Function:
    """A path of this service that is next: the first page's where it is none."""
    return fields.Function(deserialize=local, load_default=local(None), metadata={"type": "string"})


def takes(
    *, query: Schema | None = None, form: Schema | None = None, guests_form: Schema | None = None
) -> Callable[[View], View]:
    """Declares what a page takes; goes below the route.

    The view is given what the schemas load, as the keyword arguments `query` and `form`.

    Parameters:
        form: that of a page of the viewer's own session; what else is sent is refused.
        guests_form: one that is sent before anybody is logged in.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def loaded(**parts: Any) -> Any:
            if query is not None:
                parts["query"] = check(query, request.args)
            if form is not None:
                sent = check(form, fields_of_own_form())
                if form is not NO_FIELDS:
                    parts["form"] = sent
            if guests_form is not None:
                parts["form"] = check(guests_form, forms.fields())
            return view(**parts)

        setattr(loaded, _ATTRIBUTE, query)
        return loaded  # type: ignore[return-value]

    return declare


def query_of(view: Callable[..., Any]) -> Schema | None:
    """The query that a page takes; None where it takes none."""
    found: Schema | None = getattr(view, _ATTRIBUTE, None)
    return found
