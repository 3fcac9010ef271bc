-- Tables for docs/mqtt-to-postgresql.sh. With TimescaleDB, add:
--   SELECT create_hypertable('totals', 'time');

-- The messages on `totals`, as they came. device: the topic without /totals.
CREATE TABLE totals (
    time timestamptz NOT NULL DEFAULT now(),
    device text NOT NULL,
    content jsonb NOT NULL
);
CREATE INDEX ON totals (device, time);

-- The seconds that each message adds to those of the one before it. After a restart of the daemon the
-- totals begin again at zero. What was there before the first message is left out.
CREATE VIEW label_seconds AS
SELECT
    time,
    device,
    label,
    CASE WHEN total < before THEN total ELSE total - before END AS seconds
FROM (
    SELECT
        time,
        device,
        key AS label,
        value::float AS total,
        lag(value::float) OVER (PARTITION BY device, key ORDER BY time) AS before
    FROM totals, jsonb_each_text(content -> 'seconds')
) AS each
WHERE before IS NOT NULL;
