--@test: a repeated transaction is rejected with what the first copy does not say left out
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/030_transactions_rejected.sql';
RUN SCRIPT '../../../sql/040_account_seen.sql';
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../sql/060_transactions_repeated.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 'p');
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 2.0, 'q');
ASSERT VALUES transactions_rejected (account_id, transaction_id, event_time, amount, counterparty_id, new_balance_origin, reason)
  VALUES ('a', 't1', '2026-01-05T11:00:00', 2.0, 'q', NULL, 'repeated transaction id');
