#!/usr/bin/env bash
# The entry point of a node: whether it founds the cluster, joins it, or goes on where the cluster ended. The arguments are options of the server; the image's own
# entry point does the rest. README.md in the folder above says what to do when no node goes on.
set -euo pipefail
export LC_ALL=C
trap exit TERM INT

readonly data=/var/lib/mysql
readonly state=$data/grastate.dat
# In a volume that all nodes have: a file when there is data besides that of the first node, and a file for each node that waits, with how far its data goes.
readonly joined=/cluster/joined
readonly waits=/cluster/$HOSTNAME.waits

say() { echo "start.sh: $*" >&2; }

# Whether another node can be joined
others() {
    local node
    for node in mariadb mariadb-2 mariadb-3; do
        if [ "$node" != "$HOSTNAME" ] && bash /galera/synced.sh "$node"; then return; fi
    done
    return 1
}

# Whether all three wait, and the data of none goes further than that of this one; of equals, the first goes on
furthest() {
    [ "$(cat /cluster/*.waits | wc -l)" = 3 ] && [ "$(cat /cluster/*.waits | sort -k 1,1nr -k 2,2 | head -n 1)" = "$(cat "$waits")" ]
}

rm -f "$waits"
if grep -qs '^uuid:.*[1-9a-f]' "$state"; then
    # After a crash, the file does not say how far the data goes, and a node that does not know takes everything from another.
    log=$(mariadbd "$@" --user=mysql --datadir="$data" --skip-log-error --wsrep-recover 2>&1) || { echo "$log" >&2; exit 1; }
    position=$(sed -n 's/.*WSREP: Recovered position: *//p' <<<"$log" | tail -n 1)
    say "Position: ${position:?There is none in: $log}"
    set -- "$@" --wsrep-start-position="$position"

    # A node that was killed has this file, with which Galera finds the others again (pc.recovery). One that was stopped does not.
    if [ ! -e "$data/gvwstate.dat" ]; then
        echo "${position#*:} $HOSTNAME" >"$waits"
        until others; do
            # The last to stop has the "1". When several stop at once, none may have it.
            if grep -q '^safe_to_bootstrap: 1' "$state" || furthest; then
                say "No node runs, and none has more data than this one: the cluster goes on from here."
                sed -i 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' "$state"
                set -- "$@" --wsrep-new-cluster
                break
            fi
            sleep 1
        done
        rm "$waits"
    fi
elif [ "$HOSTNAME" = mariadb ] && [ ! -e "$joined" ]; then
    say "This node founds the cluster."
    set -- "$@" --wsrep-new-cluster
else
    say "This node has no data. It waits for one that has all."
    until others; do sleep 1; done
    touch "$joined"
    # Where the image finds this folder, it makes no database of its own: everything comes from the other node, the accounts too.
    install -d -o mysql -g mysql "$data/mysql"
fi
exec docker-entrypoint.sh mariadbd "$@"
