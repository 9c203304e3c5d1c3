"""The steps of a start, as one sees them: which one is being done, and how long each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.local.interruption import Interruption

# Told in a few words what a step has brought; or, with `Steps.step`, how far it is.
Tell = Callable[[str], None]


class Step:
    """One of them; `remark` is what is said once it is done."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.remark = ""

    def progress(self, what: str, done: int, total: int) -> None:
        """Shows how far it is."""
        self._tell(f"{what} ({done} of {total})" if total > 1 else what)


class Steps:
    """Shows steps on a terminal; elsewhere only those that are done."""

    def __init__(self, console: Console, interruption: Interruption) -> None:
        self._console = console
        self._interruption = interruption

    @contextmanager
    def step(self, name: str, doing: str) -> Iterator[Step]:
        """Within, the step is being done. Raises KeyboardInterrupt where that was interrupted."""
        began = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        hidden = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=hidden) as shown:
            task = shown.add_task(f"{doing} ...")
            step = Step(lambda text: shown.update(task, description=escape(f"{doing}: {text}")))
            yield step
        self._interruption.check()
        seconds = time.monotonic() - began
        took = f"  ({seconds:.1f} s)" if seconds >= 0.1 else ""
        self._console.print(
            f"[green]✓[/] {name:<11} [dim]{escape(step.remark + took)}[/]", soft_wrap=True
        )
