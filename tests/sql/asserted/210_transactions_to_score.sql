--@test: the enriched stream at its event time
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
INSERT INTO transactions_to_score (transaction_id, account_id, event_time, amount) VALUES ('t1', 'a', '2026-01-05T10:00:00', 2.5);
CREATE STREAM flat AS SELECT transaction_id, account_id, amount FROM transactions_to_score;
ASSERT VALUES flat (transaction_id, account_id, amount, rowtime) VALUES ('t1', 'a', 2.5, 1767607200000);

--@test: it reads the topic that 130 writes
RUN SCRIPT 'given/before_enriched.sql';
RUN SCRIPT '../../../sql/130_transactions_enriched.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
INSERT INTO transactions (account_id, transaction_id, event_time, ingested_at, type, amount, counterparty_id)
  VALUES ('a', 't1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 2.5, 'p');
CREATE STREAM flat AS SELECT transaction_id, account_id, counterparty_id, type, amount FROM transactions_to_score;
ASSERT VALUES flat (transaction_id, account_id, counterparty_id, type, amount, rowtime) VALUES ('t1', 'a', 'p', 'TRANSFER', 2.5, 1767607200000);
