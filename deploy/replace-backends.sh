#!/usr/bin/env bash
# Replaces every replica of the backend by one of the image that TAG names, without losing a request: as many new ones start beside the old, and only when all
# of them are healthy are the old ones stopped, one after the other, each with its time to drain.
#
#   docker compose build && deploy/replace-backends.sh
#   TAG=1.1.0 COMPOSE='docker compose -f deploy/docker-compose.yml -f deploy/production.yml' deploy/replace-backends.sh

set -euo pipefail
read -ra compose <<<"${COMPOSE:-docker compose}"
readonly timeout=${TIMEOUT_SECONDS:-120}

containers() { "${compose[@]}" ps --quiet backend; }
health() { docker inspect --format '{{.State.Health.Status}}' "$1"; }

mapfile -t old < <(containers)
count=${#old[@]}
[ "$count" -gt 0 ] || { echo "No backend is running: docker compose up -d" >&2; exit 1; }

echo "Starting $count new replicas beside the $count old ones"
"${compose[@]}" up --detach --no-deps --no-recreate --scale backend=$((2 * count)) backend
mapfile -t new < <(containers | grep -vxF "$(printf '%s\n' "${old[@]}")")
for container in "${new[@]}"; do
    until [ "$(health "$container")" = healthy ]; do
        if [ "$SECONDS" -gt "$timeout" ]; then
            echo "$container is not healthy after $timeout s; the old replicas keep running. Remove the new ones: docker rm --force ${new[*]}" >&2
            exit 1
        fi
        sleep 0.5
    done
done

for container in "${old[@]}"; do
    echo "Stopping $container"
    docker stop "$container" >/dev/null
    docker rm "$container" >/dev/null
done
