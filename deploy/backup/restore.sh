#!/usr/bin/env bash
# Restores the database of a lost server on a new, empty one, from the newest full backup and the binlog that was copied since. Stop the API before, and start it after.
#
#   restore.sh FOLDER [--until "2026-11-29 12:00:00"] [--full-only] [--paused]
#
#   FOLDER         the folder of the lost server in BACKUP_DIR; without it, the script lists them
#   --until        only what was written before this second, UTC
#   --full-only    the full backup alone
#   --paused       pauses every sale that is open, so that you can look for what is missing before it goes on
#
# DB_USER must have all rights. The binlog of the new server does not get what is restored: make a full backup of it afterwards.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

folder='' until='' full_only='' paused=''
while [ $# -gt 0 ]; do
    case "$1" in
        --until) until=${2:?--until needs a time}; shift ;;
        --full-only) full_only=yes ;;
        --paused) paused=yes ;;
        *) folder=$backups/${1#"$backups"/} ;;
    esac
    shift
done
if [ ! -d "$folder" ]; then
    ls -1 "$backups" >&2
    die "Name one of these folders."
fi
[ -z "$until" ] || until=$(date -d "$until" '+%F %T') || die "--until takes a time such as 2026-11-29 12:00:00, UTC."
[ "$(query "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$database'")" = 0 ] ||
    die "The database $database is not empty. Restore on a new server, or drop and create the database first."
own=$(server_folder)
lock "$folder"
started=$SECONDS

# ---- The full backup

latest=full-$(date -d "${until:-9999-01-01}" +%Y%m%dT%H%M%SZ)
full=$(full_backups "$folder" | awk -v latest="$latest" '$0 < latest' | tail -n 1)
[ -n "$full" ] || die "$folder has no full backup${until:+ from before $until}."
gzip -t "$folder/$full" || die "$folder/$full is damaged. Move it out of the folder to restore from the one before."
read -r file position < <(binlog_position "$folder/$full")

say "Restoring $folder/$full"
query "CREATE DATABASE IF NOT EXISTS \`$database\` CHARACTER SET utf8mb4"
gzip -cd "$folder/$full" | mariadb "${connection[@]}" --init-command="SET sql_log_bin = 0" "$database"
say "Restored the full backup after $((SECONDS - started)) s"

# ---- The binlog since then

if [ -z "$full_only" ]; then
    settle "$folder"
    files=()
    next=$((10#${file##*.})) # 10# because of the leading zeros
    for name in $(binlogs "$folder"); do
        if [[ $name < $file ]]; then continue; fi
        [ $((10#${name##*.})) = $next ] ||
            die "The binlog before $name is missing. To restore what was written before the gap, move $name and the later ones out of the folder."
        files+=("$folder/$name")
        next=$((next + 1))
    done
    [ ${#files[@]} -gt 0 ] || die "No binlog was copied since the full backup. --full-only restores that alone."

    # A copy that was cut off may end within an event. The files before the last one are complete, or mariadb-binlog fails below.
    last=${files[-1]}
    if ! errors=$(mariadb-binlog --no-defaults "$last" 2>&1 >/dev/null); then
        end=$(sed -n 's/.*Could not read entry at offset \([0-9]*\).*/\1/p' <<<"$errors")
        say "WARNING: $last is applied up to byte ${end:?$errors} of $(stat -c %s "$last"): $errors"
        trap 'rm -f "$last.cut"' EXIT
        head -c "$end" "$last" >"$last.cut"
        files[-1]=$last.cut
    fi

    say "Applying the binlog from $file at $position${until:+ until $until}: ${#files[@]} files, $(du -cb "${files[@]}" | tail -n 1 | cut -f 1) bytes"
    # All files in one run: a session of the lost server may reach from one into the next.
    mariadb-binlog --no-defaults --start-position="$position" ${until:+--stop-datetime="$until"} \
        --database="$database" --disable-log-bin "${files[@]}" |
        mariadb "${connection[@]}" --binary-mode --max-allowed-packet=1G
    say "Applied the binlog after $((SECONDS - started)) s"
fi

# ---- What the restored database may not do

# Buyers have bookings that were not restored. Nobody else may get their numbers.
for table in bookings=1000000 events=1000; do
    next=$(query "SELECT COALESCE(MAX(id), 0) + 1 + ${table#*=} FROM \`$database\`.${table%=*}")
    query "ALTER TABLE \`$database\`.${table%=*} AUTO_INCREMENT = $next"
done

# available + held + sold = total, and the bookings say the same. The strategy naive oversells on purpose.
wrong=$(query "
    SELECT e.id FROM \`$database\`.events e
    LEFT JOIN (SELECT event_id, SUM(IF(status = 'confirmed', quantity, 0)) AS sold, SUM(IF(status = 'held', quantity, 0)) AS held
        FROM \`$database\`.bookings GROUP BY event_id) b ON b.event_id = e.id
    WHERE e.strategy <> 'naive'
        AND (e.held_tickets <> COALESCE(b.held, 0) OR e.total_tickets - e.available_tickets - e.held_tickets <> COALESCE(b.sold, 0))" | tr '\n' ' ')
[ -z "$wrong" ] || die "The stock of these events does not agree with their bookings: $wrong"
if [ -n "$paused" ]; then
    say "Paused: $(query "SELECT GROUP_CONCAT(id ORDER BY id SEPARATOR ' ') FROM \`$database\`.events WHERE state = 'on_sale'")"
    query "UPDATE \`$database\`.events SET state = 'paused', version = version + 1 WHERE state = 'on_sale'"
fi

# A server that was restored from its own backups begins anew: its binlog does not lead from those to what it has now.
if [ "$own" = "$folder" ]; then
    query "UPDATE backup.server SET identity = CONCAT(DATE_FORMAT(UTC_TIMESTAMP(), '%Y%m%dT%H%i%sZ-'), LEFT(UUID(), 8))"
fi
say "Restored $(query "SELECT COUNT(*), ' bookings, the last of ', COALESCE(MAX(timestamp), '-') FROM \`$database\`.bookings" | tr -d '\t') UTC, in $((SECONDS - started)) s"
