#!/bin/sh
# Brings Temporal's two schemas to the version of this image; safe to run again. PostgreSQL is healthy by now.
set -eu

SQL_PASSWORD=$(cat "${TEMPORAL_DB_PASSWORD_FILE:-/run/secrets/temporal_db_password}")
export SQL_PASSWORD
schemas=${TEMPORAL_SCHEMAS:-/etc/temporal/schema/postgresql/v12}

setup() {
  database=$1
  folder=$2
  tool() {
    temporal-sql-tool --plugin postgres12 --ep "${POSTGRES_SEEDS:-postgres}" -p "${DB_PORT:-5432}" -u temporal --db "$database" "$@"
  }
  tool setup-schema -v 0.0 # leaves a schema that has a version alone
  tool update-schema -d "$schemas/$folder/versioned"
}

setup temporal temporal
setup temporal_visibility visibility
