"""`score-import sync`, against the real service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.local import EmbeddedPostgres
from cli.main import main
from tests.services.kai import Account, Kai, sdvx_items
from tests.support.fresh import a_stack
from tests.support.linked import KEY, link_kai
from tests.support.stack import Player, Stack

pytestmark = pytest.mark.processes


@contextmanager
def a_service(
    folder: Path, postgres: EmbeddedPostgres, template: str, kai: Kai, **more: str
) -> Iterator[Stack]:
    settings = {**kai.environment("FLO"), "CREDENTIAL_KEYS": KEY, **more}
    with a_stack(folder, postgres, template, postgres.folder.parent, settings) as stack:
        stack.start_web()
        yield stack


def sync(player: Player, import_type: str, *more: str) -> Result:
    options = ["--url", player.stack.url, "--token", player.token, *more]
    return CliRunner().invoke(main, ["sync", import_type, *options])


def test_a_sync_is_followed_to_its_end(
    tmp_path: Path, postgres: EmbeddedPostgres, template: str
) -> None:
    with Kai() as kai, a_service(tmp_path, postgres, template, kai) as stack:
        player = stack.user("alice")
        link_kai(player, kai, Account("a", {"sdvx": sdvx_items(120)}))
        later = sync(player, "api/flo-sdvx", "--no-watch")
        assert later.exit_code == 0
        assert "Accepted as" in later.output
        stack.start_worker()
        done = sync(player, "api/flo-sdvx")
        assert done.exit_code == 0, done.output
        assert "120 new scores" in done.output or "120 scores known before" in done.output
        refused = sync(player, "api/nothing")
        assert refused.exit_code == 1
        assert "Expected any of api/flo-iidx, api/flo-sdvx." in refused.output
        stranger = sync(stack.user("bob"), "api/flo-iidx")
        assert stranger.exit_code == 1
        assert "No authentication was stored for FLO." in stranger.output


def test_without_workers_the_answer_is_the_result(
    tmp_path: Path, postgres: EmbeddedPostgres, template: str
) -> None:
    inline = {"USE_EXTERNAL_SCORE_IMPORT_WORKER": "false"}
    with Kai() as kai, a_service(tmp_path, postgres, template, kai, **inline) as stack:
        player = stack.user("alice")
        link_kai(player, kai, Account("a", {"sdvx": sdvx_items(120)}))
        done = sync(player, "api/flo-sdvx")
        assert done.exit_code == 0, done.output
        assert "120 new scores" in done.output
        assert player.score_count() == 120
        failed = sync(player, "api/flo-iidx")
        assert failed.exit_code == 0
        assert "0 new scores" in failed.output
