from __future__ import annotations

import json

import pytest

from common.credentials.vault import new_key
from common.settings import Settings, SettingsError, load_settings

REQUIRED = {
    "DATABASE_URL": "postgresql://localhost/scores",
    "REDIS_URL": "redis://localhost",
    "OUR_URL": "https://scores.example.org",
    "CREDENTIAL_KEYS": new_key(),
}
OAUTH = json.dumps({"CLIENT_ID": "me", "CLIENT_SECRET": "hush", "REDIRECT_URI": "https://a"})


def settings(**more: str) -> Settings:
    return load_settings({**REQUIRED, **more})


def test_nothing_is_offered_by_default() -> None:
    assert settings().services.offered() == frozenset()


def test_what_is_configured_is_offered() -> None:
    services = settings(
        FLO_API_URL="https://flo.example.org/prefix/",
        FLO_OAUTH2_INFO=OAUTH,
        CG_GAN_CONFIG='{"URL": "http://127.0.0.1:9/", "API_KEY": "hush"}',
        MYT_API_HOST="myt.example.org",
        MYT_AUTH_TOKEN="hush",
    ).services
    assert services.offered() == {("kai", "FLO"), ("cg", "gan"), ("myt", "MYT")}
    assert services.kai["FLO"].url == "https://flo.example.org/prefix"
    assert services.cg["gan"].url == "http://127.0.0.1:9"
    assert "hush" not in repr(services)
    assert REQUIRED["CREDENTIAL_KEYS"] not in repr(services)


@pytest.mark.parametrize(
    ("given", "host", "tls"),
    [
        ("myt.example.org", "myt.example.org:443", True),
        ("myt.example.org:8443", "myt.example.org:8443", True),
        ("grpcs://myt.example.org", "myt.example.org:443", True),
        ("grpc://127.0.0.1:9802", "127.0.0.1:9802", False),
        ("grpc://[::1]:9802", "[::1]:9802", False),
    ],
)
def test_targets_of_grpc(given: str, host: str, tls: bool) -> None:
    myt = settings(MYT_API_HOST=given, MYT_AUTH_TOKEN="x").services.myt
    assert myt is not None
    assert (myt.host, myt.tls) == (host, tls)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"FLO_API_URL": "https://a"}, "FLO_API_URL is set, but FLO_OAUTH2_INFO is not"),
        ({"MIN_OAUTH2_INFO": OAUTH}, "MIN_OAUTH2_INFO is set, but MIN_API_URL is not"),
        ({"FLO_API_URL": "ftp://a", "FLO_OAUTH2_INFO": OAUTH}, "FLO_API_URL: expected an http"),
        ({"FLO_API_URL": "https://a:b@c"}, "FLO_API_URL: the URL may hold neither a user"),
        ({"FLO_API_URL": "https://a:port"}, "FLO_API_URL: this is no URL"),
        ({"FLO_OAUTH2_INFO": '{"CLIENT_SECRET": "hush"}'}, "FLO_OAUTH2_INFO: expected a JSON"),
        ({"CG_DEV_CONFIG": '{"URL": 5, "API_KEY": "hush"}'}, "CG_DEV_CONFIG: expected a JSON"),
        ({"CG_DEV_CONFIG": '{"URL": "", "API_KEY": "hush"}'}, "must not be empty"),
        ({"MYT_API_HOST": "http://a", "MYT_AUTH_TOKEN": "hush"}, "MYT_API_HOST: expected host"),
        ({"MYT_API_HOST": "a"}, "MYT_API_HOST is set, but MYT_AUTH_TOKEN is not"),
        ({"CREDENTIAL_KEYS": "hush"}, "CREDENTIAL_KEYS: key 1 is none"),
        (
            {"CREDENTIAL_KEYS": "", "FLO_API_URL": "https://a", "FLO_OAUTH2_INFO": OAUTH},
            "CREDENTIAL_KEYS must be set",
        ),
        ({"SERVICE_TIMEOUT": "0"}, "SERVICE_TIMEOUT: expected a number of seconds above 0"),
    ],
)
def test_half_of_something_is_refused_and_no_secret_is_told(
    given: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError) as error:
        settings(**given)
    assert problem in str(error.value)
    assert "hush" not in str(error.value)
