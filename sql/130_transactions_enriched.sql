-- Stream: every valid transaction with all features: what the model reads.
-- Key: transaction id. Grain: exactly one row per valid, not repeated transaction, late ones included; rowtime is the event time.
-- Account windows: 070. Counterparty windows: 100; without a counterparty they are the account's own transactions without one.
-- truncated: the ring (144 arrivals of an account, 64 of a counterparty) has overflowed and one of its 8 oldest arrivals lies
-- in the window, so rows may be missing from it.
-- amount_log = ln(amount + 1). amount_to_x = amount / x, 1 where x is 0. amount_zscore = (amount - mean) / deviation, 0 where
-- there is no deviation. pair_count: arrivals in the ring that went to the same counterparty, this one included.
-- knows_counterparty: there was an earlier one.
-- Labels count where known <= t (120). Windows (t - w, t] on known: labels all, frauds fraudulent ones, risk frauds / labels, 0
-- without labels. last_label: whether the latest known one is fraud (fraud wins a tie), false without one; last_label_age_ms
-- since it was known. label_run: how many of the latest labels of 30 days are like the last: frauds not before the last clear
-- one, or clear ones after the last fraud; fraud_run: the first of these; fraud_run_age_ms since its first was known, else 0.
-- labels_truncated: more than 96 labels ever and the oldest held is not before t - 30 days.
-- hour 0 to 23 and weekday 1 (Monday) to 7, UTC. age_ms and since_last_ms in milliseconds. Amounts in the account's currency.
-- measures, attributes: further numbers and texts of the bank, by name, as they came.
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
  c.account->n > 144 AND c.account->ring_from > c.ts - 3600000 AS account_truncated_1h,
  c.account->n_24h AS account_count_24h,
  c.account->sum_24h AS account_sum_24h,
  c.account->sum_24h / c.account->n_24h AS account_mean_24h,
  c.account->max_24h AS account_max_24h,
  c.account->parties_24h AS account_counterparties_24h,
  c.account->n > 144 AND c.account->ring_from > c.ts - 86400000 AS account_truncated_24h,
  c.account->n_7d AS account_count_7d,
  c.account->sum_7d AS account_sum_7d,
  c.account->sum_7d / c.account->n_7d AS account_mean_7d,
  c.account->max_7d AS account_max_7d,
  c.account->parties_7d AS account_counterparties_7d,
  c.account->n > 144 AND c.account->ring_from > c.ts - 604800000 AS account_truncated_7d,
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
  c.counterparty->n_1h AS counterparty_count_1h,
  c.counterparty->sum_1h AS counterparty_sum_1h,
  c.counterparty->sum_1h / c.counterparty->n_1h AS counterparty_mean_1h,
  c.counterparty->accounts_1h AS counterparty_accounts_1h,
  c.counterparty->n > 64 AND c.counterparty->ring_from > c.ts - 3600000 AS counterparty_truncated_1h,
  c.counterparty->n_24h AS counterparty_count_24h,
  c.counterparty->sum_24h AS counterparty_sum_24h,
  c.counterparty->sum_24h / c.counterparty->n_24h AS counterparty_mean_24h,
  c.counterparty->accounts_24h AS counterparty_accounts_24h,
  c.counterparty->n > 64 AND c.counterparty->ring_from > c.ts - 86400000 AS counterparty_truncated_24h,
  c.counterparty->n_7d AS counterparty_count_7d,
  c.counterparty->sum_7d AS counterparty_sum_7d,
  c.counterparty->sum_7d / c.counterparty->n_7d AS counterparty_mean_7d,
  c.counterparty->accounts_7d AS counterparty_accounts_7d,
  c.counterparty->n > 64 AND c.counterparty->ring_from > c.ts - 604800000 AS counterparty_truncated_7d,
  c.counterparty->n AS counterparty_count_ever,
  c.counterparty->mean AS counterparty_mean_ever,
  c.counterparty->age AS counterparty_age_ms,
  c.counterparty->since_last AS counterparty_since_last_ms,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 86400000 AND x->known <= c.ts)), 0) AS counterparty_labels_24h,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 86400000 AND x->known <= c.ts AND x->fraud)), 0) AS counterparty_frauds_24h,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 604800000 AND x->known <= c.ts)), 0) AS counterparty_labels_7d,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 604800000 AND x->known <= c.ts AND x->fraud)), 0) AS counterparty_frauds_7d,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts)), 0) AS counterparty_labels_30d,
  COALESCE(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts AND x->fraud)), 0) AS counterparty_frauds_30d,
  COALESCE(ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts AND x->fraud), (x) => x->known)) >= ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts), (x) => x->known)), false) AS counterparty_last_label,
  l.n > 96 AND ARRAY_MIN(TRANSFORM(l.labels, (x) => x->known)) > c.ts - 2592000000 AS counterparty_labels_truncated,
  c.account->n_30d AS account_count_30d,
  c.account->sum_30d AS account_sum_30d,
  c.account->sum_30d / c.account->n_30d AS account_mean_30d,
  c.account->sd_30d AS account_stddev_30d,
  c.account->max_30d AS account_max_30d,
  c.account->n > 144 AND c.account->ring_from > c.ts - 2592000000 AS account_truncated_30d,
  c.account->pair AS account_pair_count,
  CASE WHEN c.account->sum_30d > 0 THEN c.tx->amount * c.account->n_30d / c.account->sum_30d ELSE CAST(1 AS DOUBLE) END AS amount_to_mean_30d,
  CASE WHEN c.account->sd_30d > 0 THEN (c.tx->amount - c.account->sum_30d / c.account->n_30d) / c.account->sd_30d ELSE CAST(0 AS DOUBLE) END AS amount_zscore_30d,
  c.counterparty->n_30d AS counterparty_count_30d,
  c.counterparty->n > 64 AND c.counterparty->ring_from > c.ts - 2592000000 AS counterparty_truncated_30d,
  CASE WHEN ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 86400000 AND x->known <= c.ts)) > 0
    THEN CAST(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 86400000 AND x->known <= c.ts AND x->fraud)) AS DOUBLE)
      / ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 86400000 AND x->known <= c.ts))
    ELSE CAST(0 AS DOUBLE) END AS counterparty_risk_24h,
  CASE WHEN ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 604800000 AND x->known <= c.ts)) > 0
    THEN CAST(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 604800000 AND x->known <= c.ts AND x->fraud)) AS DOUBLE)
      / ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 604800000 AND x->known <= c.ts))
    ELSE CAST(0 AS DOUBLE) END AS counterparty_risk_7d,
  CASE WHEN ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts)) > 0
    THEN CAST(ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts AND x->fraud)) AS DOUBLE)
      / ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts))
    ELSE CAST(0 AS DOUBLE) END AS counterparty_risk_30d,
  COALESCE(TRANSFORM(ARRAY[COALESCE(ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts AND NOT x->fraud), (x) => x->known)), CAST(0 AS BIGINT))],
    (m) => ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts AND x->fraud AND x->known >= m)))[1], 0)
    + COALESCE(TRANSFORM(ARRAY[COALESCE(ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts AND x->fraud), (x) => x->known)), CAST(0 AS BIGINT))],
    (m) => ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts AND NOT x->fraud AND x->known > m)))[1], 0) AS counterparty_label_run,
  COALESCE(TRANSFORM(ARRAY[COALESCE(ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts AND NOT x->fraud), (x) => x->known)), CAST(0 AS BIGINT))],
    (m) => ARRAY_LENGTH(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts AND x->fraud AND x->known >= m)))[1], 0) AS counterparty_fraud_run,
  c.ts - ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts), (x) => x->known)) AS counterparty_last_label_age_ms,
  TRANSFORM(ARRAY[COALESCE(ARRAY_MAX(TRANSFORM(FILTER(l.labels, (x) => x->known <= c.ts AND NOT x->fraud), (x) => x->known)), CAST(0 AS BIGINT))],
    (m) => c.ts - COALESCE(ARRAY_MIN(TRANSFORM(FILTER(l.labels, (x) => x->known > c.ts - 2592000000 AND x->known <= c.ts AND x->fraud AND x->known >= m), (x) => x->known)), c.ts))[1] AS counterparty_fraud_run_age_ms,
  c.tx->measures AS measures,
  c.tx->attributes AS attributes
FROM counterparty_features_changes c
LEFT JOIN counterparty_labels l ON c.party_key = l.counterparty_id
PARTITION BY c.tx->id
EMIT CHANGES;
