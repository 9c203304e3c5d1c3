"""Settings come from the environment, and what is wrong with it is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.setting_values import Webhook
from common.settings import SettingsError, load_settings
from common.variables import VARIABLES
from tests.support.stack import ROOT

REQUIRED = {
    "DATABASE_URL": "postgresql://localhost/scores",
    "REDIS_URL": "redis://localhost",
    "OUR_URL": "https://scores.example.org",
}


def test_the_required_variables_are_enough() -> None:
    settings = load_settings(REQUIRED)
    assert settings.our_url == "https://scores.example.org"
    assert settings.external_worker is True
    assert settings.rate_limit == 500
    assert settings.games == ()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({**REQUIRED, "RATE_LIMIT": ""}).rate_limit == 500


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("DATABASE_URL", "", "DATABASE_URL is not set"),
        ("DATABASE_URL", "mysql://localhost", "DATABASE_URL: expected a URL that starts with"),
        ("REDIS_URL", "localhost", "REDIS_URL: expected a URL"),
        ("BROKER_URL", "sqs://", "BROKER_URL: expected a URL that starts with redis"),
        ("DATABASE_REPLICA_URL", "standby", "DATABASE_REPLICA_URL: expected a URL"),
        ("OUR_URL", "https://scores.example.org/", "OUR_URL: must not end in /"),
        ("TYPE", "tachi", "TYPE: expected one of kamai, boku, omni"),
        ("RATE_LIMIT", "-1", "RATE_LIMIT: expected a whole number, at least 0"),
        ("BEATORAJA_QUEUE_SIZE", "1", "BEATORAJA_QUEUE_SIZE: expected a whole number, at least 2"),
        ("SWEEP_INTERVAL", "0", "SWEEP_INTERVAL: expected a number of seconds above 0"),
        ("SWEEP_INTERVAL", "soon", "SWEEP_INTERVAL: expected a number of seconds above 0"),
        ("USE_EXTERNAL_SCORE_IMPORT_WORKER", "maybe", "expected true or false"),
        ("JOB_SOFT_TIME_LIMIT", "600", "JOB_SOFT_TIME_LIMIT must be below JOB_HARD_TIME_LIMIT"),
        ("GAMES", "iidx,bms", "GAMES must name all of bms and pms, or none of them"),
        ("WEBHOOKS", "https://bot.example.org/hook", "WEBHOOKS: receiver 1: expected url|secret"),
        ("WEBHOOKS", "https://a.example|x,ftp://b.example|x", "receiver 2: expected url|secret"),
        ("WEBHOOKS", "https://me@a.example|x", "receiver 1: the URL may hold neither a user"),
        ("WEBHOOKS", "https://a.example|", "receiver 1: the secret must be made of ASCII"),
        ("WEBHOOKS", "https://a.example|x y", "receiver 1: the secret must be made of ASCII"),
        ("WEBHOOKS", "https://a.example|x,https://a.example|y", "receiver 2: the same URL"),
    ],
)
def test_an_unusable_variable_is_named(variable: str, value: str, problem: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings({**REQUIRED, variable: value})
    assert problem in str(error.value)


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://me:s3cret@host/scores\n")
    others = {name: value for name, value in REQUIRED.items() if name != "DATABASE_URL"}
    settings = load_settings({**others, "DATABASE_URL_FILE": str(secret), "DATABASE_URL": ""})
    assert settings.database_url == "postgresql://me:s3cret@host/scores"
    with pytest.raises(SettingsError, match="DATABASE_URL_FILE is given as well"):
        load_settings({**REQUIRED, "DATABASE_URL_FILE": str(secret)})
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({**others, "DATABASE_URL_FILE": str(tmp_path / "none")})


def test_messages_go_by_redis_unless_told_otherwise() -> None:
    assert load_settings(REQUIRED).broker == REQUIRED["REDIS_URL"]
    rabbit = "amqp://user:password@host:5672/scores"
    assert load_settings({**REQUIRED, "BROKER_URL": rabbit}).broker == rabbit


def test_webhooks_are_urls_with_secrets() -> None:
    settings = load_settings(
        {**REQUIRED, "WEBHOOKS": "https://a.example/h?k=1|s3cret, http://b:8080/|0th|er"}
    )
    assert settings.webhooks == (
        Webhook("https://a.example/h?k=1", "s3cret"),
        Webhook("http://b:8080/|0th", "er"),
    )
    assert load_settings(REQUIRED).webhooks == ()


@pytest.mark.parametrize("value", ["no-url|s3cret", "https://a.example|s3cret x", "s3cret"])
def test_no_problem_tells_a_secret(value: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings({**REQUIRED, "WEBHOOKS": value})
    assert "s3cret" not in str(error.value)


def test_settings_can_be_printed_without_telling_a_secret() -> None:
    settings = load_settings({**REQUIRED, "WEBHOOKS": "https://a.example|s3cret"})
    assert "https://a.example" in repr(settings)
    assert "s3cret" not in repr(settings)


def test_all_problems_are_said_together() -> None:
    with pytest.raises(SettingsError) as error:
        load_settings({"RATE_LIMIT": "many"})
    for name in (*REQUIRED, "RATE_LIMIT"):
        assert name in str(error.value)


def test_redis_redelivers_only_after_the_longest_import() -> None:
    settings = load_settings(REQUIRED)
    assert settings.visibility_timeout > settings.hard_time_limit


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_every_variable_is_in_the_documentation_as_it_is(variable: object) -> None:
    from common.variables import Variable

    assert isinstance(variable, Variable)
    table = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (row,) = [line for line in table.splitlines() if line.startswith(f"| `{variable.name}` |")]
    assert variable.meaning in row
    assert variable.default is None or not variable.default or f"`{variable.default}`" in row
