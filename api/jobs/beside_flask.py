"""What is answered before Flask is asked, declared as endpoints are."""

from __future__ import annotations

from typing import Final

from werkzeug.routing import Map, Rule

from api.jobs import polling, streaming

# By the name of the rule.
DECLARATIONS: Final = {
    "imports.poll_status": polling.DECLARATION,
    "imports.stream": streaming.DECLARATION,
}
RULES: Final = Map(
    [
        Rule(path, endpoint=name, methods=["GET"])
        for path, name in (
            ("/api/v1/imports/<import_id>/poll-status", "imports.poll_status"),
            ("/api/v1/imports/<import_id>/stream", "imports.stream"),
        )
    ]
)
