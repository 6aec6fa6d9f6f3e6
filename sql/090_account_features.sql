-- Stream: every transaction with its account's features, on the way to its counterparty.
-- Key: the counterparty's id, or '~' and the account id where there is none. Grain: one row per valid, not repeated transaction.
-- Windows are (t - w, t] on event time t, over the arrivals in the ring of 64 up to this one, this one included:
-- n count, sum and max of amount, parties distinct counterparties (none does not count).
-- since_last: milliseconds since the latest earlier arrival in the ring with an event time not after t; null without one.
-- pair: how many arrivals in the ring, this one included and not after t, went to the same counterparty; 0 without one.
-- ring_from: the latest event time among the ring's 8 oldest arrivals: a window that reaches back beyond it may have lost
-- rows once the ring has overflowed (truncated, in 130). Eight and not one, so that a few late arrivals do not hide it.
CREATE STREAM account_features WITH (KAFKA_TOPIC='account_features', VALUE_FORMAT='AVRO', TIMESTAMP='ts') AS
SELECT
  COALESCE(tx->party, CONCAT('~', account_id)) AS party_key,
  account_id,
  ts,
  tx,
  STRUCT(
    n_1h := ARRAY_LENGTH(FILTER(recent, (r) => r->ts > ts - 3600000 AND r->ts <= ts)),
    sum_1h := REDUCE(FILTER(recent, (r) => r->ts > ts - 3600000 AND r->ts <= ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
    max_1h := ARRAY_MAX(TRANSFORM(FILTER(recent, (r) => r->ts > ts - 3600000 AND r->ts <= ts), (r) => r->amount)),
    parties_1h := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(recent, (r) => r->ts > ts - 3600000 AND r->ts <= ts AND r->party IS NOT NULL), (r) => r->party))),
    n_24h := ARRAY_LENGTH(FILTER(recent, (r) => r->ts > ts - 86400000 AND r->ts <= ts)),
    sum_24h := REDUCE(FILTER(recent, (r) => r->ts > ts - 86400000 AND r->ts <= ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
    max_24h := ARRAY_MAX(TRANSFORM(FILTER(recent, (r) => r->ts > ts - 86400000 AND r->ts <= ts), (r) => r->amount)),
    parties_24h := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(recent, (r) => r->ts > ts - 86400000 AND r->ts <= ts AND r->party IS NOT NULL), (r) => r->party))),
    n_7d := ARRAY_LENGTH(FILTER(recent, (r) => r->ts > ts - 604800000 AND r->ts <= ts)),
    sum_7d := REDUCE(FILTER(recent, (r) => r->ts > ts - 604800000 AND r->ts <= ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount),
    max_7d := ARRAY_MAX(TRANSFORM(FILTER(recent, (r) => r->ts > ts - 604800000 AND r->ts <= ts), (r) => r->amount)),
    parties_7d := ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(recent, (r) => r->ts > ts - 604800000 AND r->ts <= ts AND r->party IS NOT NULL), (r) => r->party))),
    n := n,
    mean := mean,
    sd := sd,
    greatest := greatest,
    age := ts - first_ts,
    since_last := ARRAY_MIN(TRANSFORM(FILTER(SLICE(recent, 1, ARRAY_LENGTH(recent) - 1), (r) => r->ts <= ts), (r) => ts - r->ts)),
    pair := ARRAY_LENGTH(FILTER(recent, (r) => r->party = tx->party AND r->ts <= ts)),
    ring_from := ARRAY_MAX(TRANSFORM(SLICE(recent, 1, 8), (r) => r->ts))) AS account
FROM account_recent_changes
PARTITION BY COALESCE(tx->party, CONCAT('~', account_id))
EMIT CHANGES;
