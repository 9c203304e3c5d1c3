"""A database as a tracker has it after years: made-up players of one game, with all that they did.

Made inside PostgreSQL, so that two million scores take minutes. Charts are played unevenly, a few
by nearly everybody; every player has imports, sessions, personal bests, stats, goals and a rival.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import Connection, Engine, text

from common.games.kit.ratings import profile_orders
from common.games.registry import get_gpt
from common.profiles.game_settings import default_preferences
from common.scores.mark_rows import count_anew

GPT: Final = get_gpt("sdvx", "Single")
START: Final = 1_600_000_000_000  # ms since the epoch, of the first score
SESSION: Final = 20  # scores
GOALS: Final = 20  # that a player follows

_DIFFICULTIES: Final = ("NOV", "ADV", "EXH", "MXM")


@dataclass(frozen=True, slots=True)
class Crowd:
    """How much there is to be. songs have four charts each."""

    users: int
    scores: int  # of each user
    songs: int = 1000


_SONGS = """
    INSERT INTO songs (game, id, title, artist, alt_titles, search_terms, data, content_hash)
    SELECT 'sdvx', 100000 + n, 'Crowd Song ' || n, 'Artist ' || n % 300, '{}', '{}',
           (SELECT data FROM songs WHERE game = 'sdvx' LIMIT 1), ''
    FROM generate_series(1, :songs) AS n
"""
_CHARTS = """
    INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num,
                        is_primary, versions, data, content_hash)
    SELECT 'sdvx', md5(n || d.name) || '00000000', 100000 + n, 'Single', d.name,
           (n % 20 + 1)::text, n % 20 + 1, true, template.versions,
           jsonb_set(template.data, '{inGameID}', to_jsonb(100000 + n)), ''
    FROM generate_series(1, :songs) AS n
    CROSS JOIN unnest(CAST(:difficulties AS text[])) WITH ORDINALITY AS d (name, place)
    CROSS JOIN (SELECT * FROM charts WHERE game = 'sdvx' AND is_primary LIMIT 1) AS template
"""
_USERS = """
    INSERT INTO users (username, username_lowercase, about, social_media, join_date, last_seen,
                       badges)
    SELECT name, lower(name), '', '{}', 0, 0, '{}'
    FROM (SELECT 'Crowd' || n AS name FROM generate_series(1, :users) AS n) AS named
    RETURNING id
"""
# The square of a random number: the first charts are played most.
# Everybody plays once a day, at an hour of their own.
_SCORES = """
    INSERT INTO scores (user_id, score_id, import_id, position, game, playtype, song_id, chart_id,
                        is_primary, service, import_type, time_achieved, time_added, comment,
                        highlight, score_data, score_meta, calculated_data)
    SELECT user_id, 'T' || md5(user_id || '.' || i) || md5(i || '.' || user_id),
           md5(user_id || '/' || i / :session), i, 'sdvx', 'Single', chart.song_id,
           chart.chart_id, true, 'bench', 'file/batch-manual',
           :start + (i / :session) * 86400000.0 + (user_id * 7919 % 82800) * 1000.0
               + (i % :session) * 180000.0, :start, NULL,
           i % 100 = 0,
           jsonb_build_object(
               'score', points, 'lamp', lamps.name, 'grade', grades.name,
               'judgements', jsonb_build_object('critical', 900, 'near', 50, 'miss', 5),
               'optional', jsonb_build_object('maxCombo', 500, 'enumIndexes', '{}'::jsonb),
               'enumIndexes', jsonb_build_object('lamp', lamp, 'grade', grade)),
           '{}', (SELECT jsonb_object_agg(name, points / 500000.0)
                  FROM unnest(CAST(:score_ratings AS text[])) AS name)
    FROM (SELECT user_id, i, floor(power(random(), 2) * :charts)::int + 1 AS place,
                 7000000 + floor(random() * 3000000)::int AS points,
                 floor(random() * :lamp_count)::int AS lamp,
                 floor(random() * :grade_count)::int AS grade
          FROM unnest(CAST(:user_ids AS int[])) AS user_id
          CROSS JOIN generate_series(1, :scores) AS i OFFSET 0) AS made
    JOIN crowd_charts AS chart ON chart.place = made.place
    JOIN unnest(CAST(:lamps AS text[])) WITH ORDINALITY AS lamps (name, number)
        ON lamps.number = made.lamp + 1
    JOIN unnest(CAST(:grades AS text[])) WITH ORDINALITY AS grades (name, number)
        ON grades.number = made.grade + 1
"""
_BESTS = """
    INSERT INTO personal_bests (user_id, chart_id, game, playtype, song_id, is_primary, highlight,
                                time_achieved, ranking_values, profile_values, score_data,
                                calculated_data, composed_from)
    SELECT DISTINCT ON (user_id, chart_id)
           user_id, chart_id, game, playtype, song_id, true, highlight, time_achieved,
           ARRAY[(score_data->>'score')::float8],
           ARRAY(SELECT (calculated_data->>name)::float8
                 FROM unnest(CAST(:orders AS text[])) WITH ORDINALITY AS orders (name, place)
                 ORDER BY place),
           score_data, calculated_data,
           jsonb_build_array(jsonb_build_object('name', 'Best Score', 'scoreID', score_id))
    FROM scores WHERE user_id = ANY(CAST(:user_ids AS int[]))
    ORDER BY user_id, chart_id, (score_data->>'score')::float8 DESC, time_achieved
"""
_SESSIONS = """
    INSERT INTO sessions (user_id, session_id, game, playtype, score_ids, name, "desc", highlight,
                          time_inserted, time_started, time_ended, calculated_data)
    SELECT user_id, 'Q' || md5(user_id || '-' || number) || '00000000', 'sdvx', 'Single', ids,
           'Session ' || number, NULL, number % 10 = 0, :start, first, last,
           (SELECT jsonb_object_agg(name, number)
            FROM unnest(CAST(:session_ratings AS text[])) AS name)
    FROM (SELECT user_id, position / :session AS number, min(time_achieved) AS first,
                 max(time_achieved) AS last, array_agg(score_id ORDER BY position) AS ids
          FROM scores WHERE user_id = ANY(CAST(:user_ids AS int[]))
          GROUP BY user_id, position / :session) AS played
"""
# What is played in a session comes in one import.
_IMPORTS = """
    INSERT INTO imports (user_id, import_id, import_type, user_intent, game, playtypes, errors,
                         created_sessions, class_deltas, goal_info, quest_info, skipped,
                         time_started, time_finished, timings)
    SELECT user_id, import_id, 'file/batch-manual', true, 'sdvx', '{Single}', '[]', '[]', '[]',
           '[]', '[]', '{}', max(time_achieved), max(time_achieved), '{}'
    FROM scores WHERE user_id = ANY(CAST(:user_ids AS int[]))
    GROUP BY user_id, import_id
"""
_STATS = """
    INSERT INTO user_game_stats (user_id, game, playtype, ratings, classes, highest)
    SELECT user_id, 'sdvx', 'Single',
           (SELECT jsonb_object_agg(name, 10 + 10 * random() + user_id * 0)
            FROM unnest(CAST(:profile_ratings AS text[])) AS name), '{}',
           ARRAY(SELECT max(profile_values[place])
                 FROM personal_bests CROSS JOIN generate_series(1, :order_count) AS place
                 WHERE personal_bests.user_id = given.user_id GROUP BY place ORDER BY place)
    FROM unnest(CAST(:user_ids AS int[])) AS given (user_id)
"""
_SETTINGS = """
    INSERT INTO game_settings (user_id, game, playtype, rivals, preferences)
    SELECT user_id, 'sdvx', 'Single', ARRAY[(CAST(:user_ids AS int[]))[1 + user_id % :users]],
           CAST(:preferences AS jsonb)
    FROM unnest(CAST(:user_ids AS int[])) AS user_id
"""
_GOALS = """
    INSERT INTO goals (goal_id, game, playtype, name, charts, criteria, content_hash)
    SELECT 'Gcrowd' || place, 'sdvx', 'Single', 'Goal ' || place,
           jsonb_build_object('type', 'single', 'data', chart_id),
           '{"mode": "single", "key": "score", "value": 9900000}', ''
    FROM crowd_charts
"""
_GOAL_SUBS = """
    INSERT INTO goal_subscriptions
        (user_id, goal_id, game, playtype, progress, progress_human, out_of, out_of_human,
         achieved, time_achieved, last_interaction, was_instantly_achieved,
         was_assigned_standalone)
    SELECT user_id, 'Gcrowd' || (user_id * 7 + n * 13) % :charts + 1, 'sdvx', 'Single', 9000000,
           '9,000,000', 9900000, '9,900,000', n % 2 = 0,
           CASE WHEN n % 2 = 0 THEN :start - (n + user_id % 50) * 86400000::bigint END,
           :start - (n + user_id % 50) * 86400000::bigint, false, true
    FROM unnest(CAST(:user_ids AS int[])) AS user_id CROSS JOIN generate_series(1, :goals) AS n
    ON CONFLICT DO NOTHING
"""
_QUESTS = """
    INSERT INTO quests (quest_id, game, playtype, name, "desc", quest_data, content_hash)
    SELECT 'Qcrowd' || n, 'sdvx', 'Single', 'Quest ' || n, '',
           jsonb_build_array(jsonb_build_object('title', 'All', 'goals', jsonb_build_array(
               jsonb_build_object('goalID', 'Gcrowd' || n)))), ''
    FROM generate_series(1, 100) AS n
"""
_QUEST_SUBS = """
    INSERT INTO quest_subscriptions
        (user_id, quest_id, game, playtype, progress, achieved, time_achieved, last_interaction,
         was_instantly_achieved)
    SELECT user_id, 'Qcrowd' || (user_id + n * 7) % 100 + 1, 'sdvx', 'Single', 0, n % 2 = 0,
           CASE WHEN n % 2 = 0 THEN :start - (n + user_id % 50) * 86400000::bigint END,
           :start - (n + user_id % 50) * 86400000::bigint, false
    FROM unnest(CAST(:user_ids AS int[])) AS user_id CROSS JOIN generate_series(1, :goals) AS n
    ON CONFLICT DO NOTHING
"""
_CLASSES = """
    INSERT INTO class_achievements (user_id, game, playtype, class_set, class_old_value,
                                    class_value, time_achieved)
    SELECT user_id, 'sdvx', 'Single', 'vfClass', NULL, 'SIENNA_I',
           :start - (n + user_id % 50) * 86400000::bigint
    FROM unnest(CAST(:user_ids AS int[])) AS user_id CROSS JOIN generate_series(1, 10) AS n
"""
_FOLDER = """
    INSERT INTO folder_charts (folder_id, chart_id)
    SELECT (SELECT min(folder_id) FROM folders WHERE game = 'sdvx'), chart_id
    FROM crowd_charts WHERE place <= 200 ON CONFLICT DO NOTHING
"""

# In the order in which they can be made.
_STEPS: Final = (
    *(_SCORES, _IMPORTS, _BESTS, _SESSIONS, _STATS),
    *(_SETTINGS, _GOAL_SUBS, _QUEST_SUBS, _CLASSES),
)


def populate(engine: Engine, crowd: Crowd) -> list[int]:
    """Fills a migrated database that has the example catalogue; the ids of the players."""
    with engine.begin() as connection:
        user_ids = _prepare(connection, crowd)
    parameters = _given(crowd, user_ids)
    # Some players at a time: the temporary files of one large sort would not be small.
    for at in range(0, len(user_ids), 100):
        some = {
            **parameters,
            "user_ids": user_ids[at : at + 100],
            "users": len(user_ids[at : at + 100]),
        }
        with engine.begin() as connection:
            for step in _STEPS:
                connection.execute(text(step), some)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE crowd_charts"))
        # As the upkeep does every quarter of an hour.
        count_anew(connection, GPT)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return user_ids


def _prepare(connection: Connection, crowd: Crowd) -> list[int]:
    """The catalogue and the users."""
    connection.execute(text(_SONGS), {"songs": crowd.songs})
    parameters = {"songs": crowd.songs, "difficulties": list(_DIFFICULTIES)}
    connection.execute(text(_CHARTS), parameters)
    connection.execute(
        text(
            "CREATE TABLE crowd_charts AS SELECT chart_id, song_id,"
            " CAST(row_number() OVER (ORDER BY chart_id) AS int) AS place"
            " FROM charts WHERE game = 'sdvx' AND song_id >= 100000"
        )
    )
    connection.execute(text(_GOALS))
    connection.execute(text(_QUESTS))
    connection.execute(text(_FOLDER))
    connection.execute(text("UPDATE catalogue_versions SET version = version + 1"))
    return list(connection.scalars(text(_USERS), {"users": crowd.users}))


def _given(crowd: Crowd, user_ids: list[int]) -> dict[str, object]:
    lamps, grades = GPT.provided["lamp"], GPT.derived["grade"].metric
    lamp_names = list(getattr(lamps, "values", ()))
    grade_names = list(getattr(grades, "values", ()))
    return {
        "user_ids": user_ids,
        "users": len(user_ids),
        "scores": crowd.scores,
        "charts": crowd.songs * len(_DIFFICULTIES),
        "start": START,
        "session": SESSION,
        "goals": GOALS,
        "lamps": lamp_names,
        "lamp_count": len(lamp_names),
        "grades": grade_names,
        "grade_count": len(grade_names),
        "score_ratings": list(GPT.score_ratings),
        "orders": [name for name, _ in profile_orders(GPT)],
        "order_count": len(profile_orders(GPT)),
        "session_ratings": list(GPT.session_ratings),
        "profile_ratings": list(GPT.profile_ratings),
        "preferences": orjson.dumps(default_preferences("sdvx")).decode(),
    }
