"""The OpenAPI document says all there is to say, and its examples are true to it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from api.app import create_app
from api.http.endpoint import declaration_of
from api.openapi import PARTS, document
from common.accounts.permissions import PERMISSIONS
from common.settings import load_settings
from common.variables import VARIABLES
from tests.support.stack import ROOT

DRAFT = "https://json-schema.org/draft/2020-12/schema"
CODES = ROOT / "docs" / "errors.md"
SETTINGS = {each.name for each in VARIABLES}
# What says of a value which values there are.
KINDS = {"type", "enum", "const", "anyOf", "oneOf", "$ref"}
# What is asked without a body, though it changes something.
READ_NONE = {
    "post /api/v1/admin/import-provided-class/{user}",
    "post /api/v1/admin/jobs/{job}/retry",
    "post /api/v1/admin/jobs/retry",
    "post /api/v1/admin/quest-submitter/{user}",
    "post /api/v1/admin/supporter/{user}",
    "post /api/v1/admin/webhooks/redeliver",
    "post /api/v1/auth/logout",
    "post /api/v1/clients/{client_id}/reset-secret",
    "post /api/v1/import/orphans",
    "post /api/v1/imports/{import_id}/revert",
    "post /api/v1/users/{user}/games/{game}/folders/{folder_id}/viewed",
    "post /api/v1/users/{user}/notifications/delete-all",
    "post /api/v1/users/{user}/notifications/mark-all-read",
    "put /api/v1/users/{user}/games/{game}/targets/quests/{quest_id}",
}


@pytest.fixture(scope="module")
def app() -> Any:
    """The application; it asks no server for anything here."""
    return create_app(
        load_settings(
            {
                "DATABASE_URL": "postgresql://nobody@localhost/nothing",
                "REDIS_URL": "redis://localhost",
                "OUR_URL": "http://localhost",
            }
        )
    )


@pytest.fixture(scope="module")
def described(app: Any) -> dict[str, Any]:
    return document(app, "1")


def test_every_endpoint_but_the_pages_is_in_it(app: Any, described: dict[str, Any]) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/api/", "/ir/", "/healthz", "/.deploy/", "/readyz")):
            assert declaration_of(app.view_functions[rule.endpoint]) is not None, rule.rule
            assert rule.arguments <= PARTS.keys(), rule.rule
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            methods = {method.lower() for method in rule.methods or ()} - {"head", "options"}
            assert methods <= described["paths"][path].keys(), rule.rule
    for path in (
        "/api/v1/imports/{import_id}/poll-status",
        "/api/v1/imports/{import_id}/stream",
        "/ir/usc/{playtype}/scores",
        "/ir/beatoraja/submit-score",
    ):
        assert path in described["paths"], path


def test_every_operation_says_what_it_takes_and_answers(described: dict[str, Any]) -> None:
    names = set()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            names.add(operation["operationId"])
            responses = operation["responses"]
            assert {"400", "401", "403", "429", "500", "503"} <= responses.keys(), path
            assert min(responses) < "300", path
            for status, response in responses.items():
                assert response["description"], (method, path, status)
                # A failure names its code.
                assert status < "400" or "`" in response["description"]
            for parameter in operation["parameters"]:
                named = (method, path, parameter["name"])
                assert parameter.get("description"), named
                assert parameter["schema"].keys() & KINDS or parameter["name"] == "echo", named
            assert operation["x-limits"][0] == "RATE_LIMIT"
            assert {*operation["x-limits"]} <= SETTINGS, (method, path)
            # Whoever needs a permission is told which, and that there has to be a user.
            needed = operation["security"][0]["token"]
            assert {*operation.get("x-permissions", ()), *needed} <= {*PERMISSIONS}, path
            assert not needed or {} not in operation["security"], path
    assert len(names) == sum(map(len, described["paths"].values()))


def test_every_failure_names_a_code_that_is_in_the_docs(described: dict[str, Any]) -> None:
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", CODES.read_text(), re.MULTILINE))
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status >= "400":
                    named = re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", response["description"])
                    assert named, (method, path, status)
                    assert named == response["x-codes"], (method, path, status)
                    assert set(named) <= listed, (method, path, status)


def test_what_changes_something_says_what_it_reads(described: dict[str, Any]) -> None:
    """Its body has a schema, and an example of it; but for those that read none."""
    without = set()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            contents = operation.get("requestBody", {}).get("content", {})
            if not contents and method not in ("get", "delete"):
                without.add(f"{method} {path.replace('/{playtype}', '')}")
            for kind, content in contents.items():
                schema = {**content["schema"], "components": described["components"]}
                judge = jsonschema_rs.Draft202012Validator(schema)
                problems = [each.message for each in judge.iter_errors(content["example"])]
                assert not problems, (method, path, kind, problems[0])
    assert without == READ_NONE


def test_every_example_is_one_of_its_schema(described: dict[str, Any]) -> None:
    checked = 0
    judges: dict[str, jsonschema_rs.Draft202012Validator] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                found = response.get("content", {}).get("application/json")
                if found is None:
                    continue
                # Most failures have one schema; to read it takes longer than to judge by it.
                key = json.dumps(found["schema"], sort_keys=True)
                if key not in judges:
                    schema = {**found["schema"], "components": described["components"]}
                    judges[key] = jsonschema_rs.Draft202012Validator(schema)
                problems = list(judges[key].iter_errors(found["example"]))
                assert not problems, (method, path, status, problems[0].message)
                checked += 1
    assert checked > 1000


def test_every_schema_is_one(described: dict[str, Any]) -> None:
    schemas = dict(described["components"]["schemas"])
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            bodies = operation.get("requestBody", {}).get("content", {})
            schemas |= {f"{method} {path} {kind}": each["schema"] for kind, each in bodies.items()}
            for parameter in operation["parameters"]:
                schemas[f"{method} {path} {parameter['name']}"] = parameter["schema"]
    for name, schema in schemas.items():
        assert jsonschema_rs.meta.is_valid({"$schema": DRAFT, **schema}), (name, schema)


def codes_of(described: dict[str, Any]) -> set[str]:
    return {
        code
        for operations in described["paths"].values()
        for operation in operations.values()
        for response in operation["responses"].values()
        for code in response.get("x-codes", ())
    }


def test_failures_name_the_codes_that_the_page_of_codes_lists(described: dict[str, Any]) -> None:
    page = CODES.read_text(encoding="utf-8")
    of_jobs = page.partition("## Jobs, to administrators")[2].partition("## ")[0]
    listed = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    named = codes_of(described)
    # Those of administrators' jobs stand in texts; that of a page stands in no endpoint.
    left = set(re.findall(r"^\| `([A-Z_]+)`", of_jobs, re.MULTILINE)) | {
        "BAD_RESPONSE_TYPE",
        "METHOD_NOT_ALLOWED",
        "UNPROCESSABLE",
    }
    assert listed - named <= left


def test_submissions_say_which_headers_they_take(described: dict[str, Any]) -> None:
    paths = described["paths"]

    def headers(path: str, method: str = "post") -> set[str]:
        parameters = paths[path][method]["parameters"]
        return {each["name"] for each in parameters if each["in"] == "header"}

    submissions = [
        path
        for path, operations in paths.items()
        if "submit_score" in operations.get("post", {}).get("x-permissions", ())
        and path.startswith(("/ir/", "/api/v1/import/"))
        and not path.endswith(("/replays", "/guess"))
    ]
    assert len(submissions) == 16
    for path in submissions:
        assert "Idempotency-Key" in headers(path), path
    intended = {"Idempotency-Key", "X-User-Intent"}
    assert headers("/api/v1/import/file") == headers("/api/v1/import/from-api") == intended
    assert headers("/ir/direct-manual/import") == intended | {"X-Infer-Score-TimeAchieved"}
    assert headers("/ir/beatoraja/rivals", "get") == {"X-TachiIR-Version"}
    assert headers("/api/v1/imports/{import_id}/poll-status", "get") == {"If-None-Match"}
    for path in ("/api/v1/import/file", "/ir/direct-manual/import"):
        assert paths[path]["post"]["x-limits"] == ["RATE_LIMIT", "IMPORT_RATE_LIMIT"]
    assert paths["/api/v1/auth/login"]["post"]["x-limits"] == ["RATE_LIMIT", "LOGIN_RATE_LIMIT"]
