# Sourced by the scripts beside it. Everything comes from the environment, under the names that the API uses where it has the same setting:
#
#   DB_HOST, DB_PORT, DB_NAME    the server, and the database of Ticketing
#   DB_USER                      the account: backup, or one with all rights for restore.sh
#   DB_PASSWORD                  its password, or DB_PASSWORD_FILE, a file that holds it
#   BACKUP_DIR                   where the backups are
#
# A server's backups are in a folder of their own, named after its identity: the row in backup.server that create-account.sh writes. A new server has a new
# identity, so its binlog, which begins again with number 1, never overwrites that of the server that was lost.

set -euo pipefail
export LC_ALL=C TZ=UTC

backups=${BACKUP_DIR:-/backup}
database=${DB_NAME:-ticket_booking}
connection=(--no-defaults --host="${DB_HOST:-mariadb}" --port="${DB_PORT:-3306}" --user="${DB_USER:-backup}")
export MYSQL_PWD=${DB_PASSWORD-$(cat "${DB_PASSWORD_FILE:?set DB_PASSWORD or DB_PASSWORD_FILE}")}

say() { printf '%s %s\n' "$(date +%FT%TZ)" "$*" >&2; }

die() {
    say "ERROR: $*"
    exit 1
}

query() { mariadb "${connection[@]}" --batch --skip-column-names --execute="$1"; }

# The folder of the server that answers.
server_folder() {
    local identity
    identity=$(query "SELECT identity FROM backup.server") || die "The server does not answer, or create-account.sh has not been run there."
    printf '%s/%s' "$backups" "${identity:?backup.server is empty}"
}

# binlogs FOLDER: the names of the files that were copied there, oldest first
binlogs() { find "$1" -maxdepth 1 -name '*.[0-9][0-9][0-9][0-9][0-9][0-9]' -printf '%f\n' | sort; }

# full_backups FOLDER: their names, oldest first. A name is the time at which the backup was complete.
full_backups() { find "$1" -maxdepth 1 -name 'full-*.sql.gz' -printf '%f\n' | sort; }

# binlog_position FULL_BACKUP: the file and the position in the binlog at which the backup was taken. A short read ends gzip, which is no error here.
binlog_position() {
    { gzip -cd "$1" 2>/dev/null || true; } |
        awk -F "[',=;]" '/^-- CHANGE MASTER TO MASTER_LOG_FILE=/ { print $3, $6; exit } NR > 100 { exit }'
}

# lock FOLDER: for as long as this process or the one that it becomes lives; two that copy into one folder, or a restore beside a copy, would damage it
lock() {
    exec 8>"$1/binlog.lock"
    flock -n 8 || die "Another process copies the binlog to $1, or restores from it. Stop it first."
}

# A copy that begins again replaces the file, so the copy that was there is kept as FILE.kept until the new one is as long. settle FOLDER keeps the longer one.
settle() {
    local kept file
    for kept in "$1"/*.kept; do
        [ -e "$kept" ] || continue
        file=${kept%.kept}
        if [ ! -s "$file" ] || cmp -s -n "$(stat -c %s "$file")" "$file" "$kept"; then
            # The new one is the beginning of the one that was kept, or the same.
            mv -f "$kept" "$file"
        elif cmp -s -n "$(stat -c %s "$kept")" "$file" "$kept"; then
            rm "$kept"
        else
            die "$file and $kept differ. Was the server set back to an older state of its disk? Then renew its identity: UPDATE backup.server SET identity = …"
        fi
    done
}
