"""The first schema: accounts, catalogue, jobs, scores and what is derived from them.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bms_courses",
        sa.Column("md5sums", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("set", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("md5sums", name=op.f("pk_bms_courses")),
    )
    op.create_table(
        "catalogue_versions",
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("game", name=op.f("pk_catalogue_versions")),
    )
    op.create_table(
        "charts",
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("chart_id", sa.Text(), nullable=False),
        sa.Column("song_id", sa.Integer(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("level_num", sa.Double(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("versions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("game", "chart_id", name=op.f("pk_charts")),
    )
    op.create_index(op.f("ix_charts_game_song_id"), "charts", ["game", "song_id"], unique=False)
    op.create_table(
        "class_achievements",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("class_set", sa.Text(), nullable=False),
        sa.Column("class_old_value", sa.Text(), nullable=True),
        sa.Column("class_value", sa.Text(), nullable=False),
        sa.Column("time_achieved", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_class_achievements")),
    )
    op.create_table(
        "folder_charts",
        sa.Column("folder_id", sa.Text(), nullable=False),
        sa.Column("chart_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "chart_id", name=op.f("pk_folder_charts")),
    )
    op.create_index(op.f("ix_folder_charts_chart_id"), "folder_charts", ["chart_id"], unique=False)
    op.create_table(
        "folders",
        sa.Column("folder_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inactive", sa.Boolean(), nullable=False),
        sa.Column("search_terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", name=op.f("pk_folders")),
    )
    op.create_index(op.f("ix_folders_game_playtype"), "folders", ["game", "playtype"], unique=False)
    op.create_table(
        "game_settings",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("rivals", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("preferences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "game", "playtype", name=op.f("pk_game_settings")),
    )
    op.create_table(
        "goal_subscriptions",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("goal_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("progress_human", sa.Text(), nullable=False),
        sa.Column("out_of", sa.Double(), nullable=False),
        sa.Column("out_of_human", sa.Text(), nullable=False),
        sa.Column("achieved", sa.Boolean(), nullable=False),
        sa.Column("time_achieved", sa.BigInteger(), nullable=True),
        sa.Column("last_interaction", sa.BigInteger(), nullable=True),
        sa.Column("was_instantly_achieved", sa.Boolean(), nullable=False),
        sa.Column("was_assigned_standalone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "goal_id", name=op.f("pk_goal_subscriptions")),
    )
    op.create_table(
        "goals",
        sa.Column("goal_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("charts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("goal_id", name=op.f("pk_goals")),
    )
    op.create_table(
        "imports",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("import_type", sa.Text(), nullable=False),
        sa.Column("user_intent", sa.Boolean(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtypes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("created_sessions", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("class_deltas", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("goal_info", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("quest_info", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("skipped", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("time_started", sa.BigInteger(), nullable=False),
        sa.Column("time_finished", sa.BigInteger(), nullable=False),
        sa.Column("timings", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "import_id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_import_id", "imports", ["import_id"], unique=False)
    op.create_index(
        op.f("ix_imports_user_id_time_finished"),
        "imports",
        ["user_id", "time_finished"],
        unique=False,
    )
    op.create_table(
        "job_payloads",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "job_id", name=op.f("pk_job_payloads")),
    )
    op.create_table(
        "orphan_charts",
        sa.Column("gpt", sa.Text(), nullable=False),
        sa.Column("chart_hash", sa.Text(), nullable=False),
        sa.Column("chart", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("song", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("gpt", "chart_hash", name=op.f("pk_orphan_charts")),
    )
    op.create_table(
        "orphan_scores",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("orphan_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("import_type", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("context", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("err_msg", sa.Text(), nullable=True),
        sa.Column("time_inserted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "orphan_id", name=op.f("pk_orphan_scores")),
    )
    op.create_table(
        "outbox_events",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_outbox_events")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'dead')", name=op.f("ck_webhook_deliveries_state")
        ),
        sa.PrimaryKeyConstraint("user_id", "id", "receiver", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(
        "ix_webhook_deliveries_dead",
        "webhook_deliveries",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_webhook_deliveries_pending",
        "webhook_deliveries",
        ["receiver", "next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "personal_bests",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chart_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("song_id", sa.Integer(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("highlight", sa.Boolean(), nullable=False),
        sa.Column("time_achieved", sa.Double(), nullable=True),
        sa.Column("ranking_values", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("score_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calculated_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("composed_from", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "chart_id", name=op.f("pk_personal_bests")),
    )
    op.create_index(
        "ix_personal_bests_ranking",
        "personal_bests",
        ["chart_id", sa.literal_column("ranking_values DESC"), "time_achieved", "user_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_personal_bests_user_id_game_playtype"),
        "personal_bests",
        ["user_id", "game", "playtype"],
        unique=False,
    )
    op.create_table(
        "quest_subscriptions",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quest_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("achieved", sa.Boolean(), nullable=False),
        sa.Column("time_achieved", sa.BigInteger(), nullable=True),
        sa.Column("last_interaction", sa.BigInteger(), nullable=True),
        sa.Column("was_instantly_achieved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "quest_id", name=op.f("pk_quest_subscriptions")),
    )
    op.create_table(
        "questlines",
        sa.Column("questline_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("desc", sa.Text(), nullable=False),
        sa.Column("quests", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("questline_id", name=op.f("pk_questlines")),
    )
    op.create_table(
        "quests",
        sa.Column("quest_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("desc", sa.Text(), nullable=False),
        sa.Column("quest_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("quest_id", name=op.f("pk_quests")),
    )
    op.create_table(
        "resolved_orphans",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("orphan_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("import_type", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("context", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("err_msg", sa.Text(), nullable=True),
        sa.Column("time_inserted", sa.BigInteger(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "user_id", "orphan_id", "resolved_by", name=op.f("pk_resolved_orphans")
        ),
    )
    op.create_table(
        "score_blacklist",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score_id", sa.Text(), nullable=False),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "score_id", name=op.f("pk_score_blacklist")),
    )
    op.create_table(
        "scores",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("song_id", sa.Integer(), nullable=False),
        sa.Column("chart_id", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("import_type", sa.Text(), nullable=True),
        sa.Column("time_achieved", sa.Double(), nullable=True),
        sa.Column("time_added", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("highlight", sa.Boolean(), nullable=False),
        sa.Column("score_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("score_meta", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calculated_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "score_id", name=op.f("pk_scores")),
    )
    op.create_index(
        "ix_scores_score_id", "scores", ["score_id"], unique=False, postgresql_using="hash"
    )
    op.create_index(
        op.f("ix_scores_user_id_chart_id"), "scores", ["user_id", "chart_id"], unique=False
    )
    op.create_index(
        op.f("ix_scores_user_id_import_id_position"),
        "scores",
        ["user_id", "import_id", "position"],
        unique=False,
    )
    op.create_table(
        "seed_collections",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_seed_collections")),
    )
    op.create_table(
        "sessions",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("score_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("desc", sa.Text(), nullable=True),
        sa.Column("highlight", sa.Boolean(), nullable=False),
        sa.Column("time_inserted", sa.BigInteger(), nullable=False),
        sa.Column("time_started", sa.Double(), nullable=False),
        sa.Column("time_ended", sa.Double(), nullable=False),
        sa.Column("calculated_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "session_id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_session_id", "sessions", ["session_id"], unique=False)
    op.create_index(
        op.f("ix_sessions_user_id_game_playtype_time_started"),
        "sessions",
        ["user_id", "game", "playtype", "time_started"],
        unique=False,
    )
    op.create_table(
        "songs",
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("alt_titles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("search_terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("game", "id", name=op.f("pk_songs")),
    )
    op.create_table(
        "subscription_changes",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint(
            "user_id", "import_id", "kind", "target_id", name=op.f("pk_subscription_changes")
        ),
    )
    op.create_table(
        "tables",
        sa.Column("table_id", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("folders", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("inactive", sa.Boolean(), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("table_id", name=op.f("pk_tables")),
    )
    op.create_table(
        "user_game_stats",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("ratings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("classes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "game", "playtype", name=op.f("pk_user_game_stats")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_lowercase", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("social_media", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("join_date", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("custom_pfp_location", sa.Text(), nullable=True),
        sa.Column("custom_banner_location", sa.Text(), nullable=True),
        sa.Column("badges", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("auth_level", sa.Integer(), server_default="1", nullable=False),
        sa.Column("is_supporter", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
        sa.UniqueConstraint("username_lowercase", name=op.f("uq_users_username_lowercase")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("from_api_client", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "token_hash", name=op.f("pk_api_tokens")),
    )
    op.create_index("ix_api_tokens_token_hash", "api_tokens", ["token_hash"], unique=True)
    op.create_table(
        "jobs",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("import_type", sa.Text(), nullable=True),
        sa.Column("user_intent", sa.Boolean(), nullable=False),
        sa.Column("arguments", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("deferred", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("dispatched_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("result", postgresql.JSON(astext_type=sa.Text()), nullable=True),
        sa.Column("error_status", sa.Integer(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_reference", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'completed', 'failed')", name=op.f("ck_jobs_state")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_jobs_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "job_id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_job_id", "jobs", ["job_id"], unique=False)
    op.create_index(
        "ix_jobs_pending",
        "jobs",
        ["user_id", "sequence"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    # Compressed already.
    op.execute("ALTER TABLE job_payloads ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_index(
        "ix_jobs_pending",
        table_name="jobs",
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.drop_index("ix_jobs_job_id", table_name="jobs")
    op.drop_table("jobs")
    op.drop_index("ix_api_tokens_token_hash", table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_table("users")
    op.drop_table("user_game_stats")
    op.drop_table("tables")
    op.drop_table("subscription_changes")
    op.drop_table("songs")
    op.drop_index(op.f("ix_sessions_user_id_game_playtype_time_started"), table_name="sessions")
    op.drop_index("ix_sessions_session_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("seed_collections")
    op.drop_index("ix_scores_score_id", table_name="scores")
    op.drop_index(op.f("ix_scores_user_id_import_id_position"), table_name="scores")
    op.drop_index(op.f("ix_scores_user_id_chart_id"), table_name="scores")
    op.drop_table("scores")
    op.drop_table("score_blacklist")
    op.drop_table("resolved_orphans")
    op.drop_table("quests")
    op.drop_table("questlines")
    op.drop_table("quest_subscriptions")
    op.drop_index(op.f("ix_personal_bests_user_id_game_playtype"), table_name="personal_bests")
    op.drop_index("ix_personal_bests_ranking", table_name="personal_bests")
    op.drop_table("personal_bests")
    op.drop_index(
        "ix_webhook_deliveries_pending",
        table_name="webhook_deliveries",
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_index(
        "ix_webhook_deliveries_dead",
        table_name="webhook_deliveries",
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_table("webhook_deliveries")
    op.drop_table("outbox_events")
    op.drop_table("orphan_scores")
    op.drop_table("orphan_charts")
    op.drop_table("job_payloads")
    op.drop_index(op.f("ix_imports_user_id_time_finished"), table_name="imports")
    op.drop_index("ix_imports_import_id", table_name="imports")
    op.drop_table("imports")
    op.drop_table("goals")
    op.drop_table("goal_subscriptions")
    op.drop_table("game_settings")
    op.drop_index(op.f("ix_folders_game_playtype"), table_name="folders")
    op.drop_table("folders")
    op.drop_index(op.f("ix_folder_charts_chart_id"), table_name="folder_charts")
    op.drop_table("folder_charts")
    op.drop_table("class_achievements")
    op.drop_index(op.f("ix_charts_game_song_id"), table_name="charts")
    op.drop_table("charts")
    op.drop_table("catalogue_versions")
    op.drop_table("bms_courses")
