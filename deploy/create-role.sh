#!/bin/sh
# Runs once, when PostgreSQL makes its data folder: the service's database, and a role of its own
# that may do everything in it and nothing else.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set password="$(cat "$SCORE_IMPORT_PASSWORD_FILE")" <<'SQL'
CREATE ROLE score_import LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'password';
CREATE DATABASE score_import OWNER score_import;
REVOKE CONNECT ON DATABASE score_import FROM PUBLIC;
SQL
