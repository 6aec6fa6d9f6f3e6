-- Stream: transactions that cannot be enriched, with the reason.
-- Key: account id, as it arrived (may be null). Grain: one row per rejected transaction; 060 adds the repeated ones.
-- The reasons, first match counts: no account (null or empty key), no transaction id, no event time (null, or not after
-- 1970), no ingestion time (likewise), event time in the future (more than 5 minutes after ingested_at), no amount,
-- negative amount, impossible amount (NaN, or above 1e12). 040 carries the same CASE: what is not rejected is valid.
CREATE STREAM transactions_rejected
  WITH (KAFKA_TOPIC='transactions_rejected', VALUE_FORMAT='AVRO',
        VALUE_AVRO_SCHEMA_FULL_NAME='fraudstream.TransactionRejected') AS
SELECT
  account_id,
  transaction_id,
  event_time,
  ingested_at,
  type,
  channel,
  amount,
  counterparty_id,
  old_balance_origin,
  new_balance_origin,
  old_balance_destination,
  new_balance_destination,
  CASE
    WHEN account_id IS NULL OR account_id = '' THEN 'no account'
    WHEN transaction_id IS NULL OR transaction_id = '' THEN 'no transaction id'
    WHEN event_time IS NULL OR UNIX_TIMESTAMP(event_time) <= 0 THEN 'no event time'
    WHEN ingested_at IS NULL OR UNIX_TIMESTAMP(ingested_at) <= 0 THEN 'no ingestion time'
    WHEN UNIX_TIMESTAMP(event_time) > UNIX_TIMESTAMP(ingested_at) + 300000 THEN 'event time in the future'
    WHEN amount IS NULL THEN 'no amount'
    WHEN amount < 0 THEN 'negative amount'
    WHEN NOT (amount <= 1e12) THEN 'impossible amount'
    ELSE '' END AS reason
FROM transactions
WHERE CASE
    WHEN account_id IS NULL OR account_id = '' THEN 'no account'
    WHEN transaction_id IS NULL OR transaction_id = '' THEN 'no transaction id'
    WHEN event_time IS NULL OR UNIX_TIMESTAMP(event_time) <= 0 THEN 'no event time'
    WHEN ingested_at IS NULL OR UNIX_TIMESTAMP(ingested_at) <= 0 THEN 'no ingestion time'
    WHEN UNIX_TIMESTAMP(event_time) > UNIX_TIMESTAMP(ingested_at) + 300000 THEN 'event time in the future'
    WHEN amount IS NULL THEN 'no amount'
    WHEN amount < 0 THEN 'negative amount'
    WHEN NOT (amount <= 1e12) THEN 'impossible amount'
    ELSE '' END <> ''
EMIT CHANGES;
