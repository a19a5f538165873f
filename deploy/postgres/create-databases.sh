#!/bin/sh
# Runs once, when PostgreSQL makes its files: a role and its databases for Temporal, and one of each for Tocsin.
# Passwords come from files (Docker secrets), not from here.
set -eu

temporal_password=$(cat "${TEMPORAL_DB_PASSWORD_FILE:-/run/secrets/temporal_db_password}")
tocsin_password=$(cat "${TOCSIN_DB_PASSWORD_FILE:-/run/secrets/tocsin_db_password}")

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v temporal_password="$temporal_password" -v tocsin_password="$tocsin_password" <<'SQL'
create role temporal login password :'temporal_password';
create role tocsin login password :'tocsin_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database tocsin owner tocsin;
revoke connect on database temporal, temporal_visibility, tocsin from public;
SQL
