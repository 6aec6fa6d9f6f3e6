--@test: each reason
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/030_transactions_rejected.sql';
RUN SCRIPT 'given/invalid_transactions.sql';
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t0', 'no account');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('', 'no transaction id');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t1', 'no event time');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t2', 'no ingestion time');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t3', 'event time in the future');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t4', 'no amount');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t5', 'negative amount');
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('t6', 'impossible amount');

--@test: five minutes ahead, nothing and 1e12 are good
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/030_transactions_rejected.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:05:00', '2026-01-05T10:00:00', 'TRANSFER', 0.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't2', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1000000000000.0, NULL);
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', '', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, NULL);
ASSERT VALUES transactions_rejected (transaction_id, reason) VALUES ('', 'no transaction id');

--@test: the first reason counts
RUN SCRIPT '../../../sql/010_transactions.sql';
RUN SCRIPT '../../../sql/030_transactions_rejected.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('', '', NULL, NULL, 'TRANSFER', -1.0, NULL);
ASSERT VALUES transactions_rejected (account_id, amount, reason) VALUES ('', -1.0, 'no account');
