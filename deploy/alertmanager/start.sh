#!/bin/sh
# Starts Alertmanager with alertmanager.yml and with the receivers that these settings name. A setting can also be read from a file: WEBHOOK_URL_FILE, and so on.
#
#   WEBHOOK_URL            every alert, in Alertmanager's JSON
#   SLACK_WEBHOOK_URL      every alert, to a Slack channel
#   MAIL_TO                every alert, by mail; needs MAIL_FROM and SMTP_SERVER (host:port), and may have SMTP_USER, SMTP_PASSWORD and SMTP_TLS=false
#   PAGER_WEBHOOK_URL      critical alerts only, in Alertmanager's JSON
#   HEARTBEAT_URL          a request each minute while all is well: a service that calls somebody when it stops
set -eu
folder=$(dirname "$0")
config=${CONFIG:-/tmp/alertmanager.yml}

# value NAME: the setting, or what its file holds, as a string in YAML; nothing if it is not set
value() {
    eval "value=\${$1:-} file=\${$1_FILE:-}"
    [ -n "$value" ] || [ -z "$file" ] || value=$(cat "$file")
    [ -z "$value" ] || printf "'%s'" "$(printf %s "$value" | sed "s/'/''/g")"
}

# with NAME TEXT: TEXT with %s for the setting, if there is one
with() {
    setting=$(value "$1")
    [ -z "$setting" ] || printf "$2\n" "$setting"
}

# Only this user can read what it writes: addresses and passwords are secrets.
umask 077
{
    cat "$folder/alertmanager.yml"
    echo "receivers:"
    echo "  - name: people"
    with WEBHOOK_URL "    webhook_configs:
      - url: %s"
    with SLACK_WEBHOOK_URL "    slack_configs:
      - api_url: %s
        send_resolved: true
        title: '{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}'
        text: '{{ range .Alerts }}{{ .Annotations.summary }}. {{ .Annotations.description }} <{{ .Annotations.runbook_url }}|What to do>{{ end }}'"
    if [ -n "$(value MAIL_TO)" ]; then
        with MAIL_TO "    email_configs:
      - to: %s
        send_resolved: true
        require_tls: ${SMTP_TLS:-true}"
        with MAIL_FROM "        from: %s"
        with SMTP_SERVER "        smarthost: %s"
        with SMTP_USER "        auth_username: %s"
        with SMTP_PASSWORD "        auth_password: %s"
    fi
    echo "  - name: nobody"
    echo "  - name: pager"
    with PAGER_WEBHOOK_URL "    webhook_configs:
      - url: %s"
    echo "  - name: heartbeat"
    with HEARTBEAT_URL "    webhook_configs:
      - url: %s
        send_resolved: false"
} >"$config"

[ -n "$(value WEBHOOK_URL)$(value SLACK_WEBHOOK_URL)$(value MAIL_TO)" ] ||
    echo "Nobody is told of an alert: set WEBHOOK_URL, SLACK_WEBHOOK_URL or MAIL_TO." >&2
exec "${ALERTMANAGER:-alertmanager}" --config.file="$config" "$@"
