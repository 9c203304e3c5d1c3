"""Pages of other sites that would act in a user's name: their requests carry the cookie as well.

Browsers say where a request comes from. What changes something by the session's right has to come
from this service's own pages, or from an origin that is configured; programs that are no browsers
say nothing of the kind, and have no foreign pages to fear.

The cookie's SameSite keeps most of these requests from being sent with it at all.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from api.http import context
from common.errors import UserError
from common.settings import Settings

_SAFE: Final = ("GET", "HEAD", "OPTIONS")


def refuse(request: Request, settings: Settings) -> None:
    """Raises UserError where the session was used by a page of somebody else's."""
    if context.current().identity.session is None or request.method in _SAFE:
        return
    require_own_page(request, settings)


def require_own_page(request: Request, settings: Settings) -> None:
    """Raises UserError unless the request comes from a page that may act for its user."""
    origin = request.headers.get("Origin")
    if origin is not None:
        fine = _is_ours(origin, request, settings)
    else:
        fine = request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    if not fine:
        raise UserError(
            403, "A page of another site may not do that in your name.", "CROSS_SITE_REQUEST"
        )


def _is_ours(origin: str, request: Request, settings: Settings) -> bool:
    # The host is compared as well, for services that are reached by several names: another site's
    # page cannot choose what its visitor's browser takes for ours.
    return (
        origin.lower() in settings.cors_origins
        or origin == _origin(settings.our_url)
        or urlsplit(origin).netloc == request.host
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
