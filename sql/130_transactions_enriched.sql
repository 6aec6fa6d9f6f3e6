-- Stream: every valid transaction with all features: what the model reads.
-- Key: transaction id. Grain: exactly one row per valid, not repeated transaction, late ones included; rowtime is the event time.
-- Account windows: 090. Counterparty windows (t - w, t] on event time t over the arrivals in the ring of 64 (100), this one
-- included: count, sum and mean of amount, accounts distinct accounts; without a counterparty they are the account's own.
-- truncated: the ring has overflowed and one of its 8 oldest arrivals lies in the window, so rows may be missing from it.
-- Labels count from known = labelled_at + 6 hours, so that it makes no difference which topic is read first; windows
-- (t - w, t] on known: labels all, frauds fraudulent ones; last_label whether the latest known one is fraud (fraud wins a tie),
-- false without one; labels_truncated: more than 64 labels ever and the oldest held is not before t - 30 days.
-- hour 0 to 23 and weekday 1 (Monday) to 7, UTC. age_ms and since_last_ms in milliseconds. Amounts in the account's currency.
-- amount_log = ln(amount + 1). amount_to_x = amount / x, 1 where x is 0. amount_zscore_ever = (amount - mean) / deviation,
-- 0 where there is no deviation. knows_counterparty: an earlier arrival in the ring of 64 went to the same counterparty.
CREATE STREAM transactions_enriched
  WITH (KAFKA_TOPIC='transactions_enriched', VALUE_FORMAT='AVRO', TIMESTAMP='event_time',
        VALUE_AVRO_SCHEMA_FULL_NAME='fraudstream.TransactionEnriched') AS
SELECT
  c.tx->id AS transaction_id,
  c.account_id AS account_id,
  c.tx->party AS counterparty_id,
  FROM_UNIXTIME(c.ts) AS event_time,
  FROM_UNIXTIME(c.tx->ingested) AS ingested_at,
  c.tx->type AS type,
  c.tx->channel AS channel,
  c.tx->amount AS amount,
  c.tx->old_origin AS old_balance_origin,
  c.tx->old_destination AS old_balance_destination,
  CAST(c.ts / 3600000 % 24 AS INT) AS hour,
  CAST((c.ts / 86400000 + 3) % 7 + 1 AS INT) AS weekday,
  LN(c.tx->amount + 1) AS amount_log,
  c.account->n_1h AS account_count_1h,
  c.account->sum_1h AS account_sum_1h,
  c.account->sum_1h / c.account->n_1h AS account_mean_1h,
  c.account->max_1h AS account_max_1h,
  c.account->parties_1h AS account_counterparties_1h,
  c.account->n > 64 AND c.account->ring_from > c.ts - 3600000 AS account_truncated_1h,
  c.account->n_24h AS account_count_24h,
  c.account->sum_24h AS account_sum_24h,
  c.account->sum_24h / c.account->n_24h AS account_mean_24h,
  c.account->max_24h AS account_max_24h,
  c.account->parties_24h AS account_counterparties_24h,
  c.account->n > 64 AND c.account->ring_from > c.ts - 86400000 AS account_truncated_24h,
  c.account->n_7d AS account_count_7d,
  c.account->sum_7d AS account_sum_7d,
  c.account->sum_7d / c.account->n_7d AS account_mean_7d,
  c.account->max_7d AS account_max_7d,
  c.account->parties_7d AS account_counterparties_7d,
  c.account->n > 64 AND c.account->ring_from > c.ts - 604800000 AS account_truncated_7d,
  c.account->n AS account_count_ever,
  c.account->mean AS account_mean_ever,
  c.account->sd AS account_stddev_ever,
  c.account->greatest AS account_max_ever,
  c.account->age AS account_age_ms,
  c.account->since_last AS account_since_last_ms,
  c.account->pair > 1 AS account_knows_counterparty,
  CASE WHEN c.account->sum_7d > 0 THEN c.tx->amount * c.account->n_7d / c.account->sum_7d ELSE CAST(1 AS DOUBLE) END AS amount_to_mean_7d,
  CASE WHEN c.account->mean > 0 THEN c.tx->amount / c.account->mean ELSE CAST(1 AS DOUBLE) END AS amount_to_mean_ever,
  CASE WHEN c.account->greatest > 0 THEN c.tx->amount / c.account->greatest ELSE CAST(1 AS DOUBLE) END AS amount_to_max_ever,
  CASE WHEN c.account->sd > 0 THEN (c.tx->amount - c.account->mean) / c.account->sd ELSE CAST(0 AS DOUBLE) END AS amount_zscore_ever,
  ARRAY_LENGTH(FILTER(c.recent, (r) => r->ts > c.ts - 3600000 AND r->ts <= c.ts)) AS counterparty_count_1h,
  REDUCE(FILTER(c.recent, (r) => r->ts > c.ts - 3600000 AND r->ts <= c.ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount) AS counterparty_sum_1h,
  REDUCE(FILTER(c.recent, (r) => r->ts > c.ts - 3600000 AND r->ts <= c.ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount) / ARRAY_LENGTH(FILTER(c.recent, (r) => r->ts > c.ts - 3600000 AND r->ts <= c.ts)) AS counterparty_mean_1h,
  ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(c.recent, (r) => r->ts > c.ts - 3600000 AND r->ts <= c.ts), (r) => r->account_id))) AS counterparty_accounts_1h,
  c.n > 64 AND ARRAY_MAX(TRANSFORM(SLICE(c.recent, 1, 8), (r) => r->ts)) > c.ts - 3600000 AS counterparty_truncated_1h,
  ARRAY_LENGTH(FILTER(c.recent, (r) => r->ts > c.ts - 86400000 AND r->ts <= c.ts)) AS counterparty_count_24h,
  REDUCE(FILTER(c.recent, (r) => r->ts > c.ts - 86400000 AND r->ts <= c.ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount) AS counterparty_sum_24h,
  REDUCE(FILTER(c.recent, (r) => r->ts > c.ts - 86400000 AND r->ts <= c.ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount) / ARRAY_LENGTH(FILTER(c.recent, (r) => r->ts > c.ts - 86400000 AND r->ts <= c.ts)) AS counterparty_mean_24h,
  ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(c.recent, (r) => r->ts > c.ts - 86400000 AND r->ts <= c.ts), (r) => r->account_id))) AS counterparty_accounts_24h,
  c.n > 64 AND ARRAY_MAX(TRANSFORM(SLICE(c.recent, 1, 8), (r) => r->ts)) > c.ts - 86400000 AS counterparty_truncated_24h,
  ARRAY_LENGTH(FILTER(c.recent, (r) => r->ts > c.ts - 604800000 AND r->ts <= c.ts)) AS counterparty_count_7d,
  REDUCE(FILTER(c.recent, (r) => r->ts > c.ts - 604800000 AND r->ts <= c.ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount) AS counterparty_sum_7d,
  REDUCE(FILTER(c.recent, (r) => r->ts > c.ts - 604800000 AND r->ts <= c.ts), CAST(0 AS DOUBLE), (s, r) => s + r->amount) / ARRAY_LENGTH(FILTER(c.recent, (r) => r->ts > c.ts - 604800000 AND r->ts <= c.ts)) AS counterparty_mean_7d,
  ARRAY_LENGTH(ARRAY_DISTINCT(TRANSFORM(FILTER(c.recent, (r) => r->ts > c.ts - 604800000 AND r->ts <= c.ts), (r) => r->account_id))) AS counterparty_accounts_7d,
  c.n > 64 AND ARRAY_MAX(TRANSFORM(SLICE(c.recent, 1, 8), (r) => r->ts)) > c.ts - 604800000 AS counterparty_truncated_7d,
  c.n AS counterparty_count_ever,
  c.mean AS counterparty_mean_ever,
  c.ts - c.first_ts AS counterparty_age_ms,
  ARRAY_MIN(TRANSFORM(FILTER(SLICE(c.recent, 1, ARRAY_LENGTH(c.recent) - 1), (r) => r->ts <= c.ts), (r) => c.ts - r->ts)) AS counterparty_since_last_ms,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known_at > c.ts - 108000000 AND x->known_at <= c.ts - 21600000)), 0) AS counterparty_labels_24h,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known_at > c.ts - 108000000 AND x->known_at <= c.ts - 21600000 AND x->is_fraud)), 0) AS counterparty_frauds_24h,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known_at > c.ts - 626400000 AND x->known_at <= c.ts - 21600000)), 0) AS counterparty_labels_7d,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known_at > c.ts - 626400000 AND x->known_at <= c.ts - 21600000 AND x->is_fraud)), 0) AS counterparty_frauds_7d,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known_at > c.ts - 2613600000 AND x->known_at <= c.ts - 21600000)), 0) AS counterparty_labels_30d,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known_at > c.ts - 2613600000 AND x->known_at <= c.ts - 21600000 AND x->is_fraud)), 0) AS counterparty_frauds_30d,
  COALESCE(ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known_at <= c.ts - 21600000), (x) => x->known_at * 2 + CASE WHEN x->is_fraud THEN 1 ELSE 0 END)), CAST(0 AS BIGINT)) % 2 = 1 AS counterparty_last_label,
  l.n > 64 AND ARRAY_MIN(TRANSFORM(l.labels, (x) => x->known_at)) > c.ts - 2613600000 AS counterparty_labels_truncated
FROM counterparty_recent_changes c
LEFT JOIN counterparty_labels l ON c.party_key = l.counterparty_id
PARTITION BY c.tx->id
EMIT CHANGES;
