"""What the server is, and who uses the database."""

from __future__ import annotations

from sqlalchemy import Connection, text


def major_version(connection: Connection) -> int:
    """Of the server: 18."""
    number = connection.scalar(text("SELECT current_setting('server_version_num')"))
    return int(number or 0) // 10000


def tables(connection: Connection) -> int:
    """How many tables there are in the schema that is ours."""
    statement = text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
    return int(connection.scalar(statement) or 0)


def sessions_of_the_service(connection: Connection, own: str) -> int:
    """Sessions of the database that the service's processes have; own: the name of ours."""
    statement = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'score-import%' AND application_name <> :own"
    )
    return int(connection.scalar(statement, {"own": own}) or 0)
