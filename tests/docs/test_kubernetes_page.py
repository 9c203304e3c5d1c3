"""What docs/kubernetes.md has run is what the compose file runs, and its rule can be asked."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from cli.local import services
from common.accounts import user_rows
from common.accounts.user_rows import NewUser
from common.database.engine import open_engine
from common.variables import VARIABLES
from tests.support.stack import ROOT

PROCESSES = {"web": services.WEB, "worker": services.WORKER, "beat": services.BEAT}


@pytest.fixture(scope="module")
def objects() -> dict[tuple[str, str], Any]:
    """By kind and name."""
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    documents = [each for block in blocks for each in yaml.safe_load_all(block)]
    items = [item for each in documents for item in each.get("items", [each])]
    return {(each["kind"], each["metadata"]["name"]): each for each in items}


@pytest.mark.parametrize("process", PROCESSES)
def test_processes_are_those_of_the_compose_file(
    process: str, objects: dict[tuple[str, str], Any]
) -> None:
    spec = objects["Deployment", f"score-import-{process}"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    ours = PROCESSES[process]
    assert container["command"][: len(ours)] == ours
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][process]
    assert container["image"] == compose["image"]
    if "stop_grace_period" in compose:
        assert compose["stop_grace_period"] == f"{pod['terminationGracePeriodSeconds']}s"
    if process == "worker":
        probe = container["readinessProbe"]["exec"]["command"]
        assert ["CMD", *probe] == compose["healthcheck"]["test"]
        # One that waits is not started again.
        assert container["livenessProbe"]["exec"]["command"] == [*probe, "--alive"]
    if process == "web":
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["startupProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    known = {each.name for each in VARIABLES}
    assert {each["name"].removesuffix("_FILE") for each in container["env"]} <= known
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_migrations_are_a_job(objects: dict[tuple[str, str], Any]) -> None:
    (container,) = objects["Job", "score-import-migrate"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["score-import", "migrate"]


def test_the_rule_asks_how_long_the_oldest_waits(
    objects: dict[tuple[str, str], Any], database: str
) -> None:
    (trigger,) = objects["ScaledObject", "score-import-worker"]["spec"]["triggers"]
    engine = open_engine(database)
    with engine.begin() as connection:

        def age() -> float:
            return float(connection.execute(text(trigger["metadata"]["query"])).scalar_one())

        assert age() == 0
        for name in ("alice", "bruno"):
            user_rows.create(connection, NewUser(name))
        insert = text(
            "INSERT INTO jobs (user_id, job_id, kind, state, user_intent, arguments, accepted_at)"
            " VALUES (:user, :job, 'import', :state, false, '{}',"
            " extract(epoch FROM clock_timestamp()) * 1000 - :seconds * 1000)"
        )
        # The first user is being worked for: what waits there waits for that.
        for user, job, state, seconds in (
            (1, "a", "running", 100),
            (1, "b", "queued", 90),
            (2, "c", "queued", 30),
            (2, "d", "queued", 10),
        ):
            connection.execute(
                insert, {"user": user, "job": job, "state": state, "seconds": seconds}
            )
        assert age() == pytest.approx(30, abs=10)
        connection.rollback()
    engine.dispose()
