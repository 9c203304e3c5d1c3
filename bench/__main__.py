"""All benchmarks in order: `python -m bench`, or `make bench`. Writes bench/RESULTS.md."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from bench import (
    growth,
    growth_results,
    hydrate,
    import_file,
    import_results,
    machine,
    poll_results,
    poll_status,
    seeds,
    surroundings,
)
from bench.report import Table, open_console, ratio_table
from bench.service import shared_folder
from bench.workload import MATCH_TYPES
from common.games.registry import all_gpts

RESULTS: Final = Path(__file__).resolve().parent / "RESULTS.md"
HEADING: Final = """\
# Results

Written by `python -m bench` on {date}. How to read it: [README.md](README.md).
"""


@click.command()
@click.option("--quick", is_flag=True, help="few runs, and RESULTS.md stays as it is")
@click.option("--check", is_flag=True, help="exit with 1 where a limit is exceeded")
def main(quick: bool, check: bool) -> None:
    """Run all benchmarks and write RESULTS.md. Takes minutes; leave the machine alone."""
    console = open_console()
    described = machine.describe()  # before we are the load ourselves
    with console.status("Scores without a database ..."):
        pure = _pure()
    with console.status("Loading the catalogue ..."):
        loading = _loading(1 if quick else seeds.ROUNDS)
    runs = import_file.QUICK_RUNS if quick else import_file.RUNS
    imports = import_file.measure(MATCH_TYPES[0], runs, console=console)
    polls = poll_status.measure(
        rounds=1 if quick else poll_status.ROUNDS,
        seconds=poll_status.QUICK_SECONDS if quick else poll_status.SECONDS,
        console=console,
    )
    grown = growth.measure(
        growth.QUICK_HISTORIES if quick else growth.HISTORIES, 0, (), console=console
    )
    around = surroundings.measure(
        surroundings.QUICK_RUNS if quick else surroundings.RUNS,
        surroundings.QUICK_ENDED_JOBS if quick else surroundings.ENDED_JOBS,
        console=console,
    )
    ratios = [
        *import_results.ratios(imports),
        *surroundings.ratios(around),
        *growth_results.ratios(grown),
        *poll_results.ratios(polls),
    ]
    tables = [
        _pairs("Machine", described),
        _pairs("Versions", machine.versions() | imports.servers),
        ratio_table("What is held as ratios", ratios, "Of --check, with room for noise."),
        *import_results.tables(imports),
        *surroundings.tables(around),
        *growth_results.tables(grown),
        *poll_results.tables(polls),
        loading,
        pure,
    ]
    for table in tables:
        table.show(console)
    if not quick:
        _write(tables)
        console.print(f"Written: {RESULTS.name}")
    if check and not all(each.kept for each in [*import_results.limits(imports), *ratios]):
        raise SystemExit(1)


def _loading(rounds: int) -> Table:
    times = seeds.measure(shared_folder() / "seeds" / "collections", rounds)
    floor = times[seeds.FLOOR]
    return Table(
        title="Loading the full catalogue",
        columns=["", "s", "× COPY"],
        rows=[[name, f"{value:.2f}", f"{value / floor:.1f}"] for name, value in times.items()],
        note=f"The best of {rounds}.",
    )


def _pure() -> Table:
    return Table(
        title="One score without a database",
        columns=["game and playtype", "µs"],
        rows=[[gpt.id, f"{hydrate.microseconds(gpt):.1f}"] for gpt in all_gpts()],
        note="Identity, validation, derived metrics and ratings.",
    )


def _pairs(title: str, pairs: Mapping[str, str]) -> Table:
    return Table(
        title=title, columns=["", ""], rows=[[*pair] for pair in pairs.items()], words=True
    )


def _write(tables: Sequence[Table]) -> None:
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    parts = [HEADING.format(date=date), *(table.markdown() + "\n" for table in tables)]
    RESULTS.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
