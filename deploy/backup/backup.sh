#!/usr/bin/env bash
# Makes a full backup of the database while it is in use, checks it, and deletes what is too old. Exit code 0 means that there is a new, complete backup.
#
#   BACKUP_KEEP_DAYS    how long full backups are kept, 14 by default; the binlog since the oldest of them is kept with it
set -euo pipefail
. "$(dirname "$0")/lib.sh"

keep_days=${BACKUP_KEEP_DAYS:-14}
folder=$(server_folder)
mkdir -p "$folder"
part=$folder/full.part

# One at a time. The lock ends with the process.
exec 9>"$folder/full.lock"
flock -n 9 || die "Another full backup is under way."
trap 'rm -f "$part"' EXIT

started=$SECONDS
mariadb-dump "${connection[@]}" --single-transaction --master-data=2 --skip-lock-tables --default-character-set=utf8mb4 "$database" | gzip >"$part"

# gzip has a checksum. The last line is written when nothing failed. A table that the account may not read is left out without an error.
last=$(gzip -cd "$part" | awk '/^CREATE TABLE `bookings`/ { found = 1 } { last = $0 } END { print found ? last : "no table of bookings" }') || die "The backup is damaged."
[[ $last == "-- Dump completed"* ]] || die "The backup is not complete. It ends with: $last"
position=$(binlog_position "$part")
[ -n "$position" ] || die "The backup has no position in the binlog. Does the server run with --log-bin?"
sync "$part"
full=full-$(date +%Y%m%dT%H%M%SZ).sql.gz
mv "$part" "$folder/$full"
say "$folder/$full: $(stat -c %s "$folder/$full") bytes in $((SECONDS - started)) s, binlog ${position/ / at }"

# The new backup is never too old, so one is always left.
find "$folder" -maxdepth 1 -name 'full-*.sql.gz' ! -name "$full" -mmin +$((keep_days * 24 * 60)) -delete
oldest=$(full_backups "$folder" | head -n 1)
needed=$(binlog_position "$folder/$oldest")
for file in $(binlogs "$folder"); do
    if [[ $file < ${needed% *} ]]; then rm "$folder/$file"; fi
done
