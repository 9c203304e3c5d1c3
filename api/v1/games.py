"""The server and its games. Source: specification, http-api-users.md section 2 and
http-api-inspect.md section 4.
"""

from __future__ import annotations

from typing import Final

from flask import Response
from msgspec import UNSET
from sqlalchemy import Connection

from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, enabled_games, enabled_gpts, of_game
from api.http.service import service
from api.jobs.door import enabled_import_types
from common.catalogue import catalogue_rows
from common.catalogue.chart_answers import GameOverview, Games, GameSummary, ServerConfig
from common.errors import UserError
from common.games import game_documents
from common.games.game_documents import GameConfig
from common.games.model import GPT, Game
from common.games.version3 import gpts_by_version3_id
from common.profiles import profile_rows
from common.scores import score_rows
from common.wire import Wire

blueprint = ApiBlueprint("games", __name__)

# Rivals a user may have in a game.
MAX_RIVALS: Final = 5


@blueprint.get("/config")
@endpoint("What kind of server this is.", answers=ServerConfig)
def config() -> Response:
    settings = service().settings
    games = [game.id for game in enabled_games()]
    body = ServerConfig(
        NAME=settings.name,
        TYPE=settings.type,
        IMPORT_TYPES=enabled_import_types(settings),
        SIGNUPS_ENABLED=settings.registration != "off",
        GAMES=games if settings.dialect.has_v2 else UNSET,
        GAME_GROUPS=games if settings.dialect.has_v3 else UNSET,
        QUEST_PROPOSALS_ENABLED=False if settings.dialect.has_v3 else UNSET,
    )
    return success("Returned configuration info.", body)


@blueprint.get("/config/max-rivals")
@endpoint("How many rivals a user may have in a game.", answers=int)
def max_rivals() -> Response:
    return success("Returned MAX_RIVALS.", MAX_RIVALS)


@blueprint.get("/config/beatoraja-queue-size")
@endpoint("How many players an unknown BMS chart needs to be added.", answers=int)
def beatoraja_queue_size() -> Response:
    return success("Returned BEATORAJA_QUEUE_SIZE.", service().settings.beatoraja_queue_size)


@blueprint.get("/games")
@endpoint("The games that this server has.", answers=Games)
def games() -> Response:
    enabled = enabled_games()
    configs = {game.id: game_documents.game_config(game) for game in enabled}
    return success(
        f"Returned support information for {len(enabled)} game(s).", Games(list(configs), configs)
    )


@blueprint.get("/games/<game>")
@endpoint(
    "A game, by the name of either version.",
    answers=GameOverview,
    errors={400: "There is no such game here."},
)
def game(game: str) -> Response:
    found = next((each for each in enabled_games() if each.id == game), None)
    if found is not None:
        gpts = list(found.playtypes.values())
        overview = _overview(found, gpts[0] if len(gpts) == 1 else None)
        return success(f"Returned information for {game}", overview)
    gpt = gpts_by_version3_id().get(game)
    if gpt is None or gpt not in enabled_gpts():
        names = ", ".join(each.id for each in enabled_games())
        raise UserError(400, f"Invalid/unsupported game {game} - Expected any of {names}")
    of = next(each for each in enabled_games() if each.id == gpt.game)
    return success(f"Retrieved information about {gpt.display_name}", _overview(of, gpt))


def _overview(game: Game, gpt: GPT | None) -> GameOverview:
    config: GameConfig = game_documents.game_config(game)
    overview = GameOverview(
        name=config.name,
        playtypes=config.playtypes,
        defaultPlaytype=config.defaultPlaytype,
        games=config.games,
        dynamicContent=config.dynamicContent,
    )
    if gpt is not None:
        with service().engine.connect() as connection:
            summary = _summary(connection, GamePath(gpt, Wire.V3))
        overview.config = summary.config
        overview.scoreCount = summary.scoreCount
        overview.playerCount = summary.playerCount
        overview.chartCount = summary.chartCount
    return overview


@of_game(blueprint, "GET")
@endpoint("A game in one of its playtypes.", answers=GameSummary)
def playtype(at: GamePath) -> Response:
    with service().engine.connect() as connection:
        summary = _summary(connection, at)
    return success(f"Retrieved information about {at.gpt.display_name}", summary)


def _summary(connection: Connection, at: GamePath) -> GameSummary:
    return GameSummary(
        config=game_documents.playtype_config(at.gpt, version3=not at.wire.has_v2),
        scoreCount=score_rows.estimated_count(connection, at.gpt),
        playerCount=profile_rows.count_players(connection, at.gpt),
        chartCount=catalogue_rows.count_charts(connection, at.gpt),
    )
