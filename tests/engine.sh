#!/usr/bin/env bash
# Starts a Docker-compatible engine (podman) for tests/Ticketing.ContainerTests on a Debian machine that has none, and gives it every base image that
# the repository names. No registry is contacted: the images are stand-ins, made of Debian's packages and of this machine's .NET SDK and Node.
#
#   eval "$(tests/engine.sh)"      start it, and export what its clients need; progress goes to stderr
#   tests/engine.sh stop           stop it; images and volumes are kept
#
# Needs root and apt. What is there already is kept, so a second call takes a second; ENGINE_HOME (/var/tmp/ticketing-engine) holds its files,
# ENGINE_PORT (2375) is the port of its API on 127.0.0.1. Grafana and k6 are not in Debian: tests that need those run where a registry can be reached.

set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
readonly repository
readonly home=${ENGINE_HOME:-/var/tmp/ticketing-engine} port=${ENGINE_PORT:-2375}
# Debian 12's nginx is older than 1.27.3, which brought "server … resolve" to the open-source edition, and its Compose is version 1.
readonly suite=forky
readonly prefix=localhost/stand-in

# Progress is for people; stdout is for eval.
exec 3>&1 1>&2
started=$SECONDS
step() { printf '%4d s  %s\n' $((SECONDS - started)) "$*"; }

# alive NAME: whether the process is running that wrote its id to NAME.pid
alive() { [ -f "$home/$1.pid" ] && kill -0 "$(cat "$home/$1.pid")" 2>/dev/null; }

# background NAME COMMAND...: leaves it running, with its id in NAME.pid and its output in NAME.log
background() {
    setsid "${@:2}" </dev/null >"$home/$1.log" 2>&1 3>&- &
    echo $! >"$home/$1.pid"
}

stop() {
    local name
    for name in health engine; do
        if alive "$name"; then kill "$(cat "$home/$name.pid")"; fi
        rm -f "$home/$name.pid"
    done
}

if [ "${1:-}" = stop ]; then stop; exit; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "tests/engine.sh needs root and apt-get. With a Docker engine of your own, run the tests without it." && exit 2
fi
mkdir -p "$home/build"

# ---- Programs

# need PROGRAM=PACKAGE...: installs those that are missing
need() {
    local pair missing=()
    for pair; do command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}"); done
    [ ${#missing[@]} = 0 ] && return
    step "Installing ${missing[*]}"
    apt-get -o DPkg::Lock::Timeout=300 update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need podman=podman buildah=buildah runc=runc debootstrap=debootstrap iptables=iptables curl=curl \
    /usr/lib/podman/netavark=netavark /usr/lib/podman/aardvark-dns=aardvark-dns

# Settings of this engine alone: /etc/containers stays as it is.
cat >"$home/containers.conf" <<EOF_CONF
[containers]
# Podman asks for a million, which a root without CAP_SYS_RESOURCE may not give.
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=10240:10240"]
[engine]
# Neither needs systemd.
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
# Containers find each other by name, which the older back end leaves to a plugin.
network_backend = "netavark"
EOF_CONF
cat >"$home/registries.conf" <<'EOF_CONF'
unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"
EOF_CONF
# HEALTHCHECK is an instruction that only Docker's image format knows.
export CONTAINERS_CONF=$home/containers.conf CONTAINERS_REGISTRIES_CONF=$home/registries.conf BUILDAH_FORMAT=docker

# ---- Images

known() { podman image exists "$prefix/$1"; }

# image NAME [CONTEXT]: builds it from the Containerfile at stdin, unless there is one of the same file, base and context
image() {
    local context=${2:-$home/build} file tag
    file=$(cat)
    tag=$({
        printf '%s\n' "$file"
        podman image inspect --format '{{.Id}}' $(sed -n 's|^FROM \(localhost/[^ ]*\).*|\1|p' <<<"$file")
        if [ "$context" = "$home/build" ]; then cat "$context"/*; else ls "$context" "$context"/*; fi
    } | sha256sum | cut -c 1-12)
    if ! known "$1:$tag"; then
        step "Image $1"
        # The host's network: what reaches Debian's archive here reaches it in the build.
        podman build --quiet --network=host --pull=never --tag "$prefix/$1:$tag" --file - "$context" <<<"$file" >/dev/null
    fi
    podman tag "$prefix/$1:$tag" "$prefix/$1"
}

if ! known debian; then
    step "Image debian: $suite, by debootstrap"
    script=/usr/share/debootstrap/scripts/$suite
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
    archive=$(apt-get indextargets --no-release-info --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
    root=$home/debian
    rm -rf "$root"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$archive" "$script" >"$home/debootstrap.log" ||
        { tail -n 20 "$home/debootstrap.log"; exit 1; }
    # The images trust and reach what this machine trusts and reaches.
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    for file in $(grep -lsiE 'proxy|Acquire' /etc/apt/apt.conf.d/* || true); do cp "$file" "$root/etc/apt/apt.conf.d/"; done
    # No package starts its server.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
    rm -f "$root"/var/cache/apt/archives/*.deb
    tar -C "$root" -c . | podman import --quiet - "$prefix/debian" >/dev/null
    rm -rf "$root"
fi

# The files that the official images add to their servers, each as far as the repository uses it.
cat >"$home/build/nginx-entrypoint" <<'EOF_FILE'
#!/bin/bash
# Renders the templates, as the official image's 15-local-resolvers.envsh and 20-envsubst-on-templates.sh do, with what the image adds between them.
set -euo pipefail
shopt -s nullglob
if [ -n "${NGINX_ENTRYPOINT_LOCAL_RESOLVERS:-}" ]; then
    mapfile -t servers < <(awk '$1 == "nameserver" { print ($2 ~ /:/) ? "[" $2 "]" : $2 }' /etc/resolv.conf)
    export NGINX_LOCAL_RESOLVERS="${servers[*]}"
fi
for script in /docker-entrypoint.d/*.envsh; do [ ! -x "$script" ] || . "$script"; done
names=$(compgen -e | sed 's/.*/${&}/' | tr '\n' ' ')
for template in /etc/nginx/templates/*.template; do
    envsubst "$names" <"$template" >"${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}/$(basename "$template" .template)"
done
exec "$@"
EOF_FILE

cat >"$home/build/docker-entrypoint.sh" <<'EOF_FILE'
#!/bin/bash
# Makes the data folder with database and users at the first start; then the server takes this process's place.
set -euo pipefail
if [[ ${1:-} == -* ]]; then set -- mariadbd "$@"; fi

# NAME or the file that NAME_FILE names, but not both: as the official image has it.
value() {
    local file=${1}_FILE
    if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then echo "Both $1 and $file are set." >&2; exit 1; fi
    if [ -n "${!file:-}" ]; then cat "${!file}"; else printf '%s' "${!1:-}"; fi
}

install -d -o mysql -g mysql /run/mysqld
chown mysql:mysql /var/lib/mysql
if [ ! -d /var/lib/mysql/mysql ]; then
    root=$(value MARIADB_ROOT_PASSWORD) database=$(value MARIADB_DATABASE) user=$(value MARIADB_USER) password=$(value MARIADB_PASSWORD)
    : "${root:?MARIADB_ROOT_PASSWORD or MARIADB_ROOT_PASSWORD_FILE is missing}"
    mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db --auth-root-authentication-method=normal >/dev/null
    mariadbd --no-defaults --user=mysql --datadir=/var/lib/mysql --bootstrap <<SQL
FLUSH PRIVILEGES;
CREATE USER healthcheck@localhost IDENTIFIED BY 'healthcheck';
CREATE DATABASE IF NOT EXISTS \`$database\`;
CREATE USER '$user'@'%' IDENTIFIED BY '$password';
GRANT ALL ON \`$database\`.* TO '$user'@'%';
CREATE USER root@'%' IDENTIFIED BY '$root';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
ALTER USER root@localhost IDENTIFIED BY '$root';
SQL
    # What the container adds, on a server that nobody else reaches
    docker_process_sql() { MYSQL_PWD=$root mariadb --no-defaults --socket=/run/mysqld/mysqld.sock --user=root "$database"; }
    "$@" --user=mysql --datadir=/var/lib/mysql --skip-networking --wsrep-on=OFF --socket=/run/mysqld/mysqld.sock &
    until docker_process_sql <<<'SELECT 1' >/dev/null 2>&1; do sleep 0.2; done
    shopt -s nullglob
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sql) docker_process_sql <"$file" ;;
            *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
        esac
    done
    kill $! && wait $!
fi
exec "$@" --user=mysql --datadir=/var/lib/mysql --bind-address=0.0.0.0 --skip-name-resolve --socket=/run/mysqld/mysqld.sock
EOF_FILE

cat >"$home/build/healthcheck.sh" <<'EOF_FILE'
#!/bin/bash
exec mariadb --no-defaults --socket=/run/mysqld/mysqld.sock --user=healthcheck --password=healthcheck --connect-timeout=3 --execute='SELECT 1' >/dev/null
EOF_FILE

# Debian builds Redis with protected mode, the official image without.
printf '#!/bin/sh\nexec /usr/bin/redis-server "$@" --protected-mode no\n' >"$home/build/redis-server"
chmod +x "$home"/build/*

# One image has all servers, so that apt runs once.
image servers <<'EOF_FILE'
FROM localhost/stand-in/debian
RUN groupadd --gid 101 nginx && useradd --uid 101 --gid 101 --no-create-home nginx \
 && apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      nginx-light haproxy mariadb-server redis-server prometheus prometheus-alertmanager wget gettext-base >/dev/null \
 && apt-get clean && rm -rf /var/lib/mysql /var/lib/apt/lists/*
EOF_FILE

image nginx <<'EOF_FILE'
FROM localhost/stand-in/servers
COPY nginx-entrypoint /docker-entrypoint.sh
RUN rm -rf /etc/nginx/modules-enabled /etc/nginx/conf.d/* && ln -sf /dev/stderr /var/log/nginx/error.log && chown -R 101:101 /etc/nginx/conf.d
USER 101
EXPOSE 8080
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["nginx", "-g", "daemon off;"]
EOF_FILE
image haproxy <<'EOF_FILE'
FROM localhost/stand-in/servers
RUN ln -s /usr/sbin/haproxy /usr/local/sbin/haproxy && mkdir -p /usr/local/etc/haproxy && usermod --uid 99 haproxy
USER haproxy
STOPSIGNAL SIGUSR1
WORKDIR /var/lib/haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
EOF_FILE
image mariadb <<'EOF_FILE'
FROM localhost/stand-in/servers
COPY docker-entrypoint.sh healthcheck.sh /usr/local/bin/
RUN install -d -o mysql -g mysql /var/lib/mysql
VOLUME /var/lib/mysql
EXPOSE 3306
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mariadbd"]
EOF_FILE
image redis <<'EOF_FILE'
FROM localhost/stand-in/servers
COPY redis-server /usr/local/bin/
RUN install -d -o redis -g redis /data
WORKDIR /data
EXPOSE 6379
CMD ["redis-server"]
EOF_FILE
image prometheus <<'EOF_FILE'
FROM localhost/stand-in/servers
RUN install -d -o nobody -g nogroup /prometheus
USER nobody
WORKDIR /prometheus
EXPOSE 9090
ENTRYPOINT ["/usr/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
EOF_FILE
image alertmanager <<'EOF_FILE'
FROM localhost/stand-in/servers
RUN install -d -o nobody -g nogroup /alertmanager && ln -s /usr/bin/prometheus-alertmanager /bin/alertmanager
USER nobody
WORKDIR /alertmanager
EXPOSE 9093
ENTRYPOINT ["/usr/bin/prometheus-alertmanager"]
CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]
EOF_FILE

sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
image sdk "$sdk" <<'EOF_FILE'
FROM localhost/stand-in/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libssl3t64 libstdc++6 zlib1g >/dev/null && apt-get clean
COPY . /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=true DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true \
    NUGET_CERT_REVOCATION_MODE=offline NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
EOF_FILE

# Chiseled, as the official one: the runtime, the libraries that it loads, a user, and no shell.
image aspnet <<'EOF_FILE'
FROM localhost/stand-in/sdk AS parts
WORKDIR /usr/share/dotnet
RUN out=/out; mkdir -p $out/usr/bin $out/usr/lib $out/usr/lib64 $out/etc/ssl $out/usr/share/dotnet/shared $out/home/app \
 && install -d -m 1777 $out/tmp && chown 1654:1654 $out/home/app \
 && for link in bin lib lib64; do ln -s usr/$link $out/$link; done \
 && cp -a dotnet host $out/usr/share/dotnet/ && cp -a shared/Microsoft.NETCore.App shared/Microsoft.AspNetCore.App $out/usr/share/dotnet/shared/ \
 && ln -s ../share/dotnet/dotnet $out/usr/bin/dotnet && cp -a /etc/ssl/. $out/etc/ssl/ \
 && printf 'root:x:0:0::/root:/usr/sbin/nologin\napp:x:1654:1654::/home/app:/usr/sbin/nologin\n' >$out/etc/passwd \
 && printf 'root:x:0:\napp:x:1654:\n' >$out/etc/group \
 && libs=/usr/lib/x86_64-linux-gnu \
 && loaded=$(ldd dotnet shared/Microsoft.NETCore.App/*/*.so $libs/libssl.so.3 2>/dev/null | awk '$3 ~ /^\/(usr\/)?lib\// { print $3 }' | sort -u) \
 && for file in /lib64/ld-linux-x86-64.so.2 $loaded $libs/libssl.so.3 $libs/libcrypto.so.3 $libs/libresolv.so.2; do \
      target=$out/usr/${file#/}; target=$(echo "$target" | sed 's|/usr/usr/|/usr/|'); mkdir -p "$(dirname "$target")" && cp -L "$file" "$target"; done
FROM scratch
COPY --from=parts /out /
ENV APP_UID=1654 DOTNET_RUNNING_IN_CONTAINER=true DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true ASPNETCORE_HTTP_PORTS=8080 PATH=/usr/bin
USER 1654
EOF_FILE

if ! known node; then
    context=$home/node
    rm -rf "$context" && mkdir -p "$context/bin" "$context/lib/node_modules"
    cp "$(readlink -f "$(command -v node)")" "$context/bin/node"
    npm=$(readlink -f "$(command -v npm)")
    cp -aL "${npm%/bin/npm-cli.js}" "$context/lib/node_modules/npm"
    image node "$context" <<'EOF_FILE'
FROM localhost/stand-in/debian
COPY . /usr/local/
EOF_FILE
    rm -rf "$context"
fi

# name IMAGE STAND-IN [REGISTRY]: every tag under which the repository names the image, in files of any kind
name() {
    local reference
    { grep -rhoE "(^|[^A-Za-z0-9._/-])$1:v?[0-9]+\.[A-Za-z0-9._-]*" "$repository/deploy" "$repository/tests" || true; } |
        sed -E 's|^[^A-Za-z0-9]||; s|[.-]$||' | sort -u | while read -r reference; do podman tag "$prefix/$2" "${3:-}$reference"; done
}
name mcr.microsoft.com/dotnet/sdk sdk
name mcr.microsoft.com/dotnet/aspnet aspnet
name node node docker.io/library/
name nginxinc/nginx-unprivileged nginx docker.io/
name haproxy haproxy docker.io/library/
name mariadb mariadb docker.io/library/
name redis redis docker.io/library/
name prom/prometheus prometheus docker.io/
name prom/alertmanager alertmanager docker.io/

# ---- The client and Compose

# From the same suite, where this machine's C library can run them: Debian 12 has Compose 1.29, and the client only together with an engine.
if ! docker compose version >/dev/null 2>&1; then
    step "Docker's client and Compose"
    rm -rf "$home/clients" && mkdir -p "$home/clients"
    podman run --rm --network=host --volume "$home/clients:/clients" "$prefix/debian" sh -c 'cd /tmp && apt-get update -qq &&
        apt-get download -qq docker-cli docker-compose && for package in docker-*.deb; do dpkg-deb --extract "$package" /clients; done' || true
    client=$home/clients/usr/bin/docker compose=$(find "$home/clients" -path '*cli-plugins/docker-compose' | head -n 1)
    if ! command -v docker >/dev/null && "$client" --version >/dev/null 2>&1; then cp "$client" /usr/local/bin/docker; fi
    if [ -n "$compose" ] && "$compose" docker-cli-plugin-metadata >/dev/null 2>&1; then
        install -D "$compose" /usr/local/lib/docker/cli-plugins/docker-compose
    else
        need docker-compose=docker-compose
    fi
fi

# ---- The engine

if ! curl --silent --fail --max-time 3 "http://127.0.0.1:$port/_ping" >/dev/null; then
    step "The engine on tcp://127.0.0.1:$port"
    background engine podman system service --time=0 "tcp:127.0.0.1:$port"
    for _ in $(seq 100); do curl --silent --fail --max-time 3 "http://127.0.0.1:$port/_ping" >/dev/null && break; sleep 0.1; done
    alive engine || { cat "$home/engine.log"; exit 1; }
fi
# Podman leaves the clock of the health checks to systemd. Each check of a backend starts a .NET process: more often would take the processor from the stack.
if [ ! -d /run/systemd/system ] && ! alive health; then
    background health bash -c 'while sleep 5; do for id in $(podman ps --quiet); do podman healthcheck run "$id" >/dev/null 2>&1 & done; wait; done'
fi

step "Ready"
# Podman has no socket that Testcontainers' Ryuk could mount, and its builder is the classic one.
echo "export DOCKER_HOST=tcp://127.0.0.1:$port DOCKER_BUILDKIT=0 BUILDAH_FORMAT=docker TESTCONTAINERS_RYUK_DISABLED=true" >&3
