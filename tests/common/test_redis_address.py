"""A Redis is named by its own URL, or by the Sentinels that know it."""

from __future__ import annotations

import pytest

from common.redis_address import SentinelAddress, sentinel_address
from worker.broker_address import broker_address, broker_tls, transport_options

URL = "redis+sentinel://me:p%40ss@one:26379,two/3?master=scores&sentinel_password=s3cret"


def test_sentinels_are_read() -> None:
    assert sentinel_address("redis://host/0") is None
    assert sentinel_address(URL) == SentinelAddress(
        sentinels=(("one", 26379), ("two", 26379)),
        master="scores",
        database=3,
        username="me",
        password="p@ss",
        sentinel_password="s3cret",
    )
    assert "p@ss" not in repr(sentinel_address(URL))
    assert "s3cret" not in repr(sentinel_address(URL))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis+sentinel://host:26379/0", "master="),
        ("redis+sentinel:///0?master=scores", "hosts"),
        ("redis+sentinel://host:port/0?master=scores", "host:port"),
    ],
)
def test_what_is_missing_is_said(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        sentinel_address(url)


def test_celery_is_told_of_each_broker() -> None:
    assert broker_address(URL) == (
        "sentinel://me:p%40ss@one:26379/3;sentinel://me:p%40ss@two:26379/3"
    )
    options = transport_options(URL)
    assert options["master_name"] == "scores"
    assert options["sentinel_kwargs"]["password"] == "s3cret"
    assert broker_address("amqps://me:pw@host:5671/v") == "amqp://me:pw@host:5671/v"
    assert broker_tls("amqps://me:pw@host:5671/v") is not None
    assert broker_tls("amqp://me:pw@host:5672/v") is None
    assert transport_options("amqp://host")["confirm_publish"] is True
