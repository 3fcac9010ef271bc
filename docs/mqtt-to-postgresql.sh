#!/bin/sh
# Write the labels' totals of all devices to PostgreSQL, in the table of time-series.sql. Give
# mosquitto_sub's options; libpq reads PGHOST, PGDATABASE and so on. For example:
#   PGDATABASE=emotion docs/mqtt-to-postgresql.sh -h broker -t 'emotion-edge/+/totals'
tab=$(printf '\t')
mosquitto_sub "$@" -F '%t\t%p' | while IFS=$tab read -r topic content; do
  psql -qX -v ON_ERROR_STOP=1 -v device="${topic%/totals}" -v content="$content" <<'SQL'
INSERT INTO totals (device, content) VALUES (:'device', :'content');
SQL
done
