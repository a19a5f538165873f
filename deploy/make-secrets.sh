#!/bin/sh
# Makes the secrets that docker-compose.yml reads, each once and at random. Those that exist are left alone.
set -eu
folder=${TOCSIN_SECRETS_DIR:-$(dirname "$0")/../.tocsin/secrets}
umask 077
mkdir -p "$folder"
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
for name in postgres_password temporal_db_password tocsin_db_password; do
  [ -s "$folder/$name" ] || random 24 | tr '+/' '-_' >"$folder/$name"
done
[ -s "$folder/tocsin_encryption_keys" ] || printf 'key1:%s' "$(random 32)" >"$folder/tocsin_encryption_keys"
# Compose mounts the files as they are, and the programs in the containers run as other users than you.
chmod 0444 "$folder"/*
