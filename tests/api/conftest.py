"""One running service for all API tests of a module."""

from __future__ import annotations

import pytest

from tests.support.http import Http
from tests.support.stack import Player, Stack


@pytest.fixture
def http(service: Stack) -> Http:
    return Http(service.port)


@pytest.fixture(scope="module")
def player(service: Stack) -> Player:
    return service.user("alice")
