#!/usr/bin/env bash
# Exit code 0 means that the node HOST (by default this one) belongs to the cluster and has all of its data. HAProxy asks the same.
#   synced.sh [HOST]
set -euo pipefail
timeout 4 mariadb --no-defaults --skip-ssl --host="${1:-127.0.0.1}" --user=health --connect-timeout=2 --batch --skip-column-names \
    --execute="SHOW STATUS LIKE 'wsrep_local_state_comment'" 2>/dev/null | grep -q 'Synced$'
