-- Three scored transactions of two accounts and two types.
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.5, false, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t2', 'b', '2026-01-05T10:30:00', 'TRANSFER', 3.0, 0.75, true, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t3', 'a', '2026-01-05T11:00:00', 'CASH', 8.0, 0.25, true, 'm1');
