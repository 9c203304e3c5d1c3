"""One running service for all API tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.local import EmbeddedPostgres
from tests.conftest import a_stack
from tests.support.http import Http
from tests.support.stack import Player, Stack


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    """Environment variables a test module wants to differ; override it there."""
    return {}


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory,
    postgres: EmbeddedPostgres,
    template: str,
    module_settings: dict[str, str],
) -> Iterator[Stack]:
    """A service with API and worker."""
    folder = tmp_path_factory.mktemp("service")
    servers = postgres.folder.parent
    with a_stack(folder, postgres, template, servers, module_settings) as stack:
        stack.start_web()
        stack.start_worker()
        yield stack


@pytest.fixture
def http(service: Stack) -> Http:
    return Http(service.port)


@pytest.fixture(scope="module")
def player(service: Stack) -> Player:
    return service.user("alice")
