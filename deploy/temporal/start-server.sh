#!/bin/sh
# The server reads its password from the environment only; here it comes from a file.
set -eu
POSTGRES_PWD=$(cat "${TEMPORAL_DB_PASSWORD_FILE:-/run/secrets/temporal_db_password}")
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
