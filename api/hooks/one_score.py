"""What the endpoints have in common to which a game's client sends one score after each play.

The client waits for the outcome, for it shows it. Source: specification, http-api-ir.md
section 0.
"""

from __future__ import annotations

from typing import Any, Final

from flask import request

from api.http import context
from api.http.service import service
from api.jobs.door import Accepted
from api.server import lanes
from common.errors import UserError
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import
from common.jobs.progress import FinalAnswer
from common.text.canonical import new_job_id

# Said where the import takes longer than a client may be kept waiting.
SAVED: Final = "This score has been saved, and will be imported soon."

# The errors of a score that is kept until the catalogue has its chart.
WAITS_FOR_ITS_CHART: Final = ("SongOrChartNotFound", "OrphanExists")


def run(
    user_id: int, import_type: str, options: dict[str, Any] | None = None
) -> FinalAnswer | Accepted:
    """Imports the request's JSON body: how that ended, or that it takes longer."""
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        import_type=import_type,
        arguments=Import(options=options or {}),
        payload=context.current().body,
    )
    return service().processor.run(job, lanes.turn(request.environ))


def check_bokutachi(route: str) -> None:
    """Raises UserError (404) where the instance is for other games than this client's."""
    if service().settings.type == "kamai":
        raise UserError(404, f"The route {route} is only available on Bokutachi.")
