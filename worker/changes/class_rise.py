"""The job that raises a class of a user: a course was cleared in a game.

Source: specification, http-api-ir.md section 2.3.
"""

from __future__ import annotations

from common.games.registry import get_gpt
from common.games.scoring.class_changes import check_provided
from common.jobs.arguments import ClassRise
from worker.records import class_achievements
from worker.records.raised_classes import raise_class
from worker.work import Done, Work

UNCHANGED = "Class not updated."
RAISED = "Successfully updated class."


def run_class_rise(work: Work, arguments: ClassRise) -> Done:
    """Sets the class unless the user's is as good; raises UserError 400 for one there is not.

    The body says whether it was `raised`.
    """
    gpt = get_gpt(arguments.game, arguments.playtype)
    check_provided(gpt, {arguments.class_set: arguments.value})
    change = raise_class(work.connection, work.user_id, gpt, arguments.class_set, arguments.value)
    class_achievements.add(
        work.connection, work.user_id, [] if change is None else [change], work.now()
    )
    return Done(
        UNCHANGED if change is None else RAISED,
        {"set": arguments.class_set, "value": arguments.value, "raised": change is not None},
    )
