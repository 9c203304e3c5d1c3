"""The dashboard and the alerts ask for metrics that there are, and every alert says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import open_engine
from common.metrics import measures, signs
from common.metrics.counting import tally
from common.metrics.exposition import registry
from common.redis_client import open_redis
from tests.support.fresh import fresh_database
from tests.support.stack import ROOT

FOLDER = ROOT / "docs" / "metrics"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PAGE = (FOLDER / "README.md").read_text()
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
_NAME = re.compile(r"\bscore_import_\w+")


@pytest.fixture(scope="module")
def exposed(postgres: EmbeddedPostgres, template: str, server_folder: Any) -> str:
    """What Prometheus reads once everything was counted at least once."""
    with (
        fresh_database(postgres, template) as database,
        EmbeddedRedis(server_folder / "redis-of-metrics") as server,
    ):
        redis = open_redis(server.url)
        tally.publish_to(redis)
        for counter in measures.COUNTERS:
            counter.add(*("x" for _ in counter.labels))
        for histogram in measures.HISTOGRAMS:
            histogram.observe(0.2, *("x" for _ in histogram.labels))
        tally.hand_on()
        signs.alive(redis, "worker", 2)
        signs.kept_up(redis)
        engine = open_engine(database)
        text = generate_latest(registry(engine, redis)).decode()
        engine.dispose()
        return text


def families(exposed: str) -> set[str]:
    return {line.split()[2] for line in exposed.splitlines() if line.startswith("# TYPE")}


def samples(exposed: str) -> set[str]:
    """Names a query may ask for: those of samples, and of gauges that have none at the moment."""
    found = {line.split("{")[0].split()[0] for line in exposed.splitlines() if line[0] != "#"}
    return found | {name for name in families(exposed) if not name.endswith("_total")}


def test_dashboard_and_alerts_ask_for_what_there_is(exposed: str) -> None:
    asked = {
        name
        for query in (
            *(rule["expr"] for rule in RULES),
            *(target["expr"] for panel in PANELS for target in panel["targets"]),
        )
        for name in _NAME.findall(query)
    }
    assert asked <= samples(exposed)
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in asked}
    assert families(exposed) <= shown, "nothing is measured that nobody is shown"


def test_the_page_lists_all_metrics(exposed: str) -> None:
    assert {*re.findall(r"^\| `(score_import_\w+)`", PAGE, re.MULTILINE)} == families(exposed)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("warning", "critical")
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/operations.md"
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    }
    assert anchor in headings
    assert f"`{rule['alert']}`" in OPERATIONS


FAILED = 'score_import_jobs_ended_total{kind="import",error="INTERNAL_ERROR"}'
GIVEN_UP = 'score_import_deliveries_total{outcome="given up"}'
UP = 'score_import_up{server="redis"}'
WORKERS = "score_import_workers_consuming"
PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="NOT CHECKED: THERE IS NO PROMTOOL HERE")
@pytest.mark.parametrize(
    ("history", "minute", "alert"),
    [
        pytest.param({}, 99, None, id="all is well"),
        pytest.param({FAILED: "_x79 1x20"}, 87, "ScoreImportJobsFail", id="the first that fails"),
        pytest.param({FAILED: "3x79 4x20"}, 87, "ScoreImportJobsFail", id="one more fails"),
        pytest.param({FAILED: "3x99"}, 99, None, id="some failed long ago"),
        pytest.param(
            {UP: "_x79 1x20", WORKERS: "_x79 1x20", FAILED: "_x79 9x20", GIVEN_UP: "_x79 9x20"},
            87,
            None,
            id="Prometheus is new, and some failed long ago",
        ),
        pytest.param({GIVEN_UP: "_x79 1x20"}, 81, "ScoreImportDeliveriesGivenUp", id="given up"),
        pytest.param({GIVEN_UP: "2x79 3x20"}, 81, "ScoreImportDeliveriesGivenUp", id="one more"),
        pytest.param({UP: "1x79 0x20"}, 82, "ScoreImportServerAway", id="Redis is away"),
        pytest.param({UP: "1x79 _x20"}, 99, "ScoreImportMetricsMissing", id="nobody measures"),
        pytest.param({WORKERS: "1x79 0x20"}, 82, "ScoreImportNoWorker", id="no worker"),
    ],
)
def test_the_alert_that_is_raised(
    history: dict[str, str], minute: int, alert: str | None, tmp_path: Path
) -> None:
    """history: what Prometheus read each minute, in its own notation."""
    series = {UP: "1x99", WORKERS: "1x99", **history}
    raised = {"labels": f'{{alertname="{alert}"}}', "value": 1}
    asked = {
        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
        "eval_time": f"{minute}m",
        "exp_samples": [raised] if alert else [],
    }
    given = [{"series": name, "values": values} for name, values in series.items()]
    case = {"interval": "1m", "input_series": given, "promql_expr_test": [asked]}
    cases = tmp_path / "cases.yml"
    cases.write_text(yaml.safe_dump({"rule_files": [str(FOLDER / "alerts.yml")], "tests": [case]}))
    ran = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(cases)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_panels_stand_beside_each_other() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len({*places}) == len({panel["id"] for panel in PANELS}) == len(PANELS)
