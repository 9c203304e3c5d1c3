#!/bin/sh
# Makes the secrets that docker-compose.yml reads, as files of a folder that only you may enter:
#
#   deploy/make-secrets.sh [FOLDER]        (secrets, beside docker-compose.yml, by default)
#
# What is there already stays. The passwords become part of URLs: they are letters and digits.
set -eu

folder=${1:-secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
cd "$folder"

keep() {
    [ -s "$1" ] || printf '%s' "$2" >"$1"
    # Whoever may enter the folder; inside of a container that is the service's account.
    chmod 0444 "$1"
}

password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep postgres_admin_password "$(password)"
keep postgres_password "$(password)"
keep redis_password "$(password)"
keep database_url "postgresql://score_import:$(cat postgres_password)@postgres:5432/score_import"
keep redis_url "redis://:$(cat redis_password)@redis:6379/0"
# Of Fernet: 32 bytes in base64 as URLs have it.
keep credential_keys "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n')"
# Filled in by hand where there are receivers: url|secret, comma-separated. See docs/webhooks.md.
[ -e webhooks ] || : >webhooks
chmod 0444 webhooks
