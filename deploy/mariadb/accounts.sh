# Sourced by the entry point of MariaDB's image when it creates the data: https://mariadb.com/kb/en/mariadb-docker-official-image-environment-variables/
# MARIADB_USER has all rights in MARIADB_DATABASE, and migrates the tables. This adds the account of the replicas, which can neither change tables nor
# delete rows. Its rights are those of the Grant in deploy/kubernetes/overlays/production/database.yaml.
serving_password=${SERVING_PASSWORD:-$(cat "${SERVING_PASSWORD_FILE:?set SERVING_PASSWORD or SERVING_PASSWORD_FILE}")}
serving_password=${serving_password//\\/\\\\}
docker_process_sql <<SQL
CREATE USER IF NOT EXISTS '${SERVING_USER:?name the account}'@'%' IDENTIFIED BY '${serving_password//\'/\\\'}';
GRANT SELECT, INSERT, UPDATE ON \`${MARIADB_DATABASE//_/\\_}\`.* TO '${SERVING_USER}'@'%';
SQL
unset serving_password
