#!/usr/bin/env bash
# Exit code 0 means that the binlog is copied up to what the server has just written, and, unless the argument is "binlog", that there is a full backup that is not too old.
#
#   BACKUP_MAX_HOURS    how old the newest full backup may be, 26 by default
set -euo pipefail
. "$(dirname "$0")/lib.sh"

folder=$(server_folder)
read -r file position _ < <(query "SHOW MASTER STATUS") || die "The server has no binlog."
for _ in {1..20}; do
    size=$(stat -c %s "$folder/$file" 2>/dev/null) || size=0
    [ "$size" -lt "$position" ] || break
    sleep 0.25
done
[ "$size" -ge "$position" ] || die "$folder/$file has $size bytes, and the server wrote $position. Does ship-binlog.sh run?"

[ "${1-}" = binlog ] && exit
hours=${BACKUP_MAX_HOURS:-26}
[ -n "$(find "$folder" -maxdepth 1 -name 'full-*.sql.gz' -mmin -$((hours * 60)))" ] || die "$folder has no full backup of the last $hours h."
