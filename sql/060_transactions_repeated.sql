-- Insert: transactions whose id the account has sent before, into transactions_rejected (030).
-- Key: account id. Grain: one row per repeated transaction.
-- Balances after the transaction are left out: the first copy has them.
INSERT INTO transactions_rejected
SELECT
  account_id,
  tx->id AS transaction_id,
  FROM_UNIXTIME(ts) AS event_time,
  FROM_UNIXTIME(tx->ingested) AS ingested_at,
  tx->type AS type,
  tx->channel AS channel,
  tx->amount AS amount,
  tx->party AS counterparty_id,
  tx->old_origin AS old_balance_origin,
  CAST(NULL AS DOUBLE) AS new_balance_origin,
  tx->old_destination AS old_balance_destination,
  CAST(NULL AS DOUBLE) AS new_balance_destination,
  'repeated transaction id' AS reason
FROM account_seen_changes
WHERE repeated
EMIT CHANGES;
