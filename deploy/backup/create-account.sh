#!/usr/bin/env bash
# Creates the account that backs up the database, with the rights to read it and its binlog and no others, and gives the server its identity (see lib.sh).
# The image of MariaDB runs this when it makes a new server. On one that is older, or to change the password:
#   docker compose exec mariadb bash /docker-entrypoint-initdb.d/create-account.sh
set -euo pipefail

# setting NAME: the variable, or the contents of the file that NAME_FILE names
setting() {
    local file=$1_FILE
    printf '%s' "${!1-$(cat "${!file}")}"
}

if [ -z "${BACKUP_PASSWORD-}${BACKUP_PASSWORD_FILE-}" ]; then
    echo "There is neither BACKUP_PASSWORD nor BACKUP_PASSWORD_FILE, so no account for backups is created." >&2
    exit 0
fi
password=$(setting BACKUP_PASSWORD)
password=${password//\\/\\\\}
password=${password//\'/\'\'}

# SELECT is for the dump, which needs no lock: it reads a snapshot, and the server tells the position in the binlog that belongs to it. BINLOG MONITOR and
# REPLICATION SLAVE are for copying the binlog.
MYSQL_PWD=$(setting MARIADB_ROOT_PASSWORD) mariadb --no-defaults --user=root <<SQL
CREATE USER IF NOT EXISTS backup@'%';
ALTER USER backup@'%' IDENTIFIED BY '$password';
GRANT BINLOG MONITOR, REPLICATION SLAVE ON *.* TO backup@'%';
GRANT SELECT ON \`$MARIADB_DATABASE\`.* TO backup@'%';
CREATE DATABASE IF NOT EXISTS backup;
CREATE TABLE IF NOT EXISTS backup.server (only TINYINT PRIMARY KEY DEFAULT 1 CHECK (only = 1), identity VARCHAR(64) NOT NULL);
INSERT IGNORE INTO backup.server (identity) VALUES (CONCAT(DATE_FORMAT(UTC_TIMESTAMP(), '%Y%m%dT%H%i%sZ-'), LEFT(UUID(), 8)));
GRANT SELECT ON backup.server TO backup@'%';
SQL
