"""What a check found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from cli.import_summary import count, error_lines
from score_import_client import CheckReport


def report_lines(name: str, report: CheckReport) -> Iterator[str]:
    """The report for a terminal, in rich's markup."""
    refusal = report["refusal"]
    if refusal is not None:
        yield f"[red]{escape(name)} would be refused:[/] {escape(refusal['message'])}"
    else:
        counts = {key: number for key, number in report["counts"].items() if key != "stored"}
        yield f"[green]{escape(name)} would be imported.[/] Nothing was stored."
        others = ", ".join(f"{number} {key}" for key, number in counts.items() if number)
        stored = count(report["counts"]["stored"], "new score")
        yield f"  [bold]{stored}[/]{', ' if others else ''}{others}"
    for violation in report["violations"]:
        received = "" if violation["received"] is None else f" Received {violation['received']}."
        text = escape(f"{violation['message']}{received}")
        yield f"  [yellow]{escape(violation['path'])}[/]: {text}"
    for line in error_lines(report["errors"]):
        yield f"  {line}"
    for warning in report["warnings"]:
        yield f"  [yellow]note:[/] {escape(warning)}"
    if not report["complete"]:
        yield "  ... and more; a report holds a thousand lines of each kind."
