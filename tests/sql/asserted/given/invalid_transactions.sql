-- Transactions that cannot be enriched: one for each reason.
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('', 't0', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', '', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', NULL, '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T10:00:00', NULL, 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't3', '2026-01-05T10:00:00', '2026-01-05T09:54:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't4', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', NULL, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't5', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', -0.01, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't6', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1000000000001.0, NULL);
