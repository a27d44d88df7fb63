#!/usr/bin/env bash
# Copies the binlog of the server as it is written, and goes on when the server or the network is back. Runs until it is stopped.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

copy() {
    local folder first file
    folder=$(server_folder)
    mkdir -p "$folder"
    lock "$folder"
    settle "$folder"
    first=$(query "SHOW BINARY LOGS" | cut -f 1)
    file=$(binlogs "$folder" | tail -n 1)
    if [ -n "$file" ] && ! grep -qx "$file" <<<"$first"; then
        say "WARNING: The server has deleted $file already. What it wrote between that and ${first%%$'\n'*} is missing: make a full backup now."
        file=
    fi
    file=${file:-${first%%$'\n'*}}
    if [ -e "$folder/$file" ]; then mv "$folder/$file" "$folder/$file.kept"; fi
    say "Copying to $folder, from $file on"
    exec mariadb-binlog "${connection[@]}" --read-from-remote-server --raw --stop-never --result-file="$folder/" "$file"
}

trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM INT
while true; do
    copy &
    wait $! || true
    say "WARNING: The binlog is not copied. Trying again."
    sleep 1 &
    wait $!
done
