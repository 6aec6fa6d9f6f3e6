--@test: a flag meets its transaction, however much later it comes
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
INSERT INTO transactions_to_score (transaction_id, account_id, event_time, type, amount) VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0);
INSERT INTO transactions_to_score (transaction_id, account_id, event_time, type, amount) VALUES ('t2', 'a', '2026-12-05T10:00:00', NULL, 2.0);
INSERT INTO fraud_flags (transaction_id, event_time, score, is_fraud, threshold, model_version)
  VALUES ('t1', '2026-01-05T10:00:00', 0.9, true, 0.5, 'm1');
INSERT INTO fraud_flags (transaction_id, event_time, score, is_fraud, threshold, model_version)
  VALUES ('t2', '2026-12-05T10:00:00', 0.1, false, 0.5, 'm1');
ASSERT VALUES transactions_scored (transaction_id, account_id, type, amount, score, is_fraud, rowtime) VALUES ('t1', 'a', 'TRANSFER', 1.0, 0.9, true, 1767607200000);
ASSERT VALUES transactions_scored (transaction_id, type, amount, score, is_fraud) VALUES ('t2', 'unknown', 2.0, 0.1, false);

--@test: no flag, no row; no transaction, no row
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
INSERT INTO transactions_to_score (transaction_id, account_id, event_time, type, amount) VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0);
INSERT INTO fraud_flags (transaction_id, event_time, score, is_fraud, threshold, model_version)
  VALUES ('other', '2026-01-05T10:00:00', 0.9, true, 0.5, 'm1');
INSERT INTO fraud_flags (transaction_id, event_time, score, is_fraud, threshold, model_version)
  VALUES ('t1', '2026-01-05T10:00:00', 0.2, false, 0.5, 'm1');
ASSERT VALUES transactions_scored (transaction_id, score) VALUES ('t1', 0.2);
