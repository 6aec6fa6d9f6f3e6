--@test: rejected by reason
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/030_transactions_rejected.sql';
RUN SCRIPT '../../../sql/430_report_rejected.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', -1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('', 't2', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('b', 't3', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', -2.0, NULL);
ASSERT VALUES report_rejected (reason, rejected) VALUES ('negative amount', 1);
ASSERT VALUES report_rejected (reason, rejected) VALUES ('no account', 1);
ASSERT VALUES report_rejected (reason, rejected) VALUES ('negative amount', 2);
