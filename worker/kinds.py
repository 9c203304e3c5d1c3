"""The kinds of jobs, and the code that runs each: the only list of them.

A kind is a struct in `common.jobs.arguments`, a function here. The function writes by the work's
connection and never commits what it was asked for: the runner ends the job and commits both at
once. Raises UserError where the job is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from common.jobs import arguments
from common.jobs.arguments import Arguments
from worker.changes import (
    class_rise,
    deletion,
    destruction,
    edit,
    orphans,
    recalculation,
    revert,
)
from worker.imports import checking, pipeline
from worker.targets import commands
from worker.work import Result, Work

RUN: Final[Mapping[type[Arguments], Callable[[Work, Any], Result]]] = {
    arguments.Import: pipeline.run_import,
    arguments.Check: checking.run_check,
    arguments.Orphans: orphans.run_orphans,
    arguments.Revert: revert.run_revert,
    arguments.Deletion: deletion.run_deletion,
    arguments.Edit: edit.run_edit,
    arguments.ClassRise: class_rise.run_class_rise,
    arguments.Targets: commands.run_targets,
    arguments.Destruction: destruction.run_destruction,
    arguments.Recalculation: recalculation.run_recalculation,
}


def run(work: Work) -> Result:
    """Runs the work's job; raises UnreadableArguments, UserError, and whatever went wrong."""
    typed = arguments.read(work.job.kind, work.job.arguments)
    return RUN[type(typed)](work, typed)
