--@test: rowtime is the event time, also of a late transaction
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/040_account_seen.sql';
RUN SCRIPT '../../../sql/050_account_seen_changes.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T08:00:00', '2026-01-05T08:00:00', 'TRANSFER', 2.0, NULL);
CREATE STREAM seen AS SELECT account_id, tx->id AS id, repeated FROM account_seen_changes;
ASSERT VALUES seen (account_id, id, repeated, rowtime) VALUES ('a', 't1', false, 1767607200000);
ASSERT VALUES seen (account_id, id, repeated, rowtime) VALUES ('a', 't2', false, 1767600000000);
