"""Paths that name no game answer in the documents of the version that DIALECT names."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.http.service import EXTENSION
from common.settings import load_settings
from tests.support.importer import Importer, importer, redis_for_workers, runtime
from tests.support.stack import batch_manual

__all__ = ["importer", "redis_for_workers", "runtime"]

HASH = "a" * 64


@pytest.fixture
def import_id(importer: Importer) -> str:
    """An import of SDVX; and charts of BMS and PMS of one hash, whose songs have one number."""
    for game, playtype in (("bms", "7K"), ("pms", "Keyboard")):
        importer.execute(
            "INSERT INTO songs (game, id, title, artist, alt_titles, search_terms, data,"
            " content_hash, v3_id) VALUES (:game, 7, :game, '', '{}', '{}', '{}', '', :v3_id)",
            game=game,
            v3_id=f"S{game}",
        )
        importer.execute(
            "INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num,"
            " is_primary, versions, data, content_hash, v3_id) VALUES (:game, :game, 7, :playtype,"
            " 'CHART', '?', 0, true, '{}', jsonb_build_object('hashSHA256', CAST(:hash AS text)),"
            " '', :v3_id)",
            game=game,
            playtype=playtype,
            hash=HASH,
            v3_id=f"C{game}",
        )
    document = importer.imported({**batch_manual(1), "classes": {"dan": "DAN_3"}})
    return str(document["importID"])


def asked(importer: Importer, dialect: str, *paths: str, **others: str) -> list[Any]:
    """The bodies of the answers. others: settings."""
    settings = importer.runtime.settings
    app = create_app(
        load_settings(
            {
                "DATABASE_URL": settings.database_url,
                "REDIS_URL": settings.redis_url,
                "OUR_URL": settings.our_url,
                "DIALECT": dialect,
                **others,
            }
        )
    )
    client: FlaskClient = app.test_client()
    answers = [client.get(f"/api/v1{path}") for path in paths]
    app.extensions[EXTENSION].engine.dispose()
    assert [each.status_code for each in answers] == [200] * len(answers)
    return [each.get_json()["body"] for each in answers]


@pytest.mark.parametrize("dialect", ["v2", "v3", "both"])
def test_imports_are_told_in_the_dialect_of_the_service(
    importer: Importer, import_id: str, dialect: str
) -> None:
    path, both = f"/imports/{import_id}", dialect != "v2"
    whole, alone, listed, mine, page = asked(
        importer,
        dialect,
        path,
        f"{path}/document",
        "/imports",
        f"/users/{importer.user_id}/imports",
        f"{path}/scores",
    )
    assert whole["import"] == alone == listed["imports"][0] == mine[0]
    assert ("gameGroup" in alone, "games" in alone) == (both, both)
    assert alone["gptStrings"] == alone["idStrings"]
    assert alone["classDeltas"]
    assert all(("gameID" in delta) == both for delta in alone["classDeltas"])
    assert whole["scores"] == page["scores"]
    (score,), (chart,), (song,) = whole["scores"], whole["charts"], whole["songs"]
    assert ("sessionID" in score, "song" in chart) == (both, both)
    assert ("playtype" in score) == (dialect != "v3") == isinstance(song["id"], int)


def test_charts_of_several_games_are_found_each_with_its_song(
    importer: Importer, import_id: str
) -> None:
    (found,) = asked(importer, "v3", f"/search/chart-hash?search={HASH}")
    told = {each["chartID"]: (each["game"], each["song"]["id"]) for each in found["charts"]}
    assert told == {"Cbms": ("bms-7k", "Sbms"), "Cpms": ("pms-keyboard", "Spms")}


def test_folders_of_other_games_take_no_place_in_a_search(importer: Importer) -> None:
    for number in range(51):
        importer.execute(
            "INSERT INTO folders (folder_id, game, playtype, title, type, data, inactive,"
            " search_terms, content_hash) VALUES (:id, :game, 'Single', :title, 'static', '[]',"
            " false, '{}', '')",
            id=f"F{number}",
            game="museca" if number else "sdvx",
            title="zzz" if number else "a longer zzz",
        )
    (found,) = asked(importer, "both", "/search?search=zzz", GAMES="sdvx")
    assert [each["folderID"] for each in found["folders"]] == ["F0"]


def test_what_nobody_knows_is_passed_over_in_version_3(importer: Importer) -> None:
    (imports,) = asked(importer, "v3", "/imports?nobodyKnows=1")
    assert imports == {"imports": [], "users": []}


def test_lists_of_version_3_take_any_value(importer: Importer, import_id: str) -> None:
    path = f"/users/{importer.user_id}/imports"
    unknown, unintended, all_of_them = asked(
        importer, "v3", f"{path}?importType=file/nothing", f"{path}?userIntent=maybe", path
    )
    assert unknown == []
    assert unintended == [each for each in all_of_them if not each["userIntent"]]
    assert [each["importID"] for each in all_of_them] == [import_id]


def test_games_say_whether_players_bring_charts(importer: Importer) -> None:
    (games,) = asked(importer, "v3", "/games")
    brought = [name for name, each in games["configs"].items() if each["dynamicContent"]]
    assert brought == ["bms", "usc", "pms", "itg"]
