--@test: scored and flagged by account
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/420_report_by_account.sql';
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.5, false, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t2', 'b', '2026-01-05T10:30:00', 'TRANSFER', 3.0, 0.75, true, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t3', 'a', '2026-01-05T11:00:00', 'CASH', 8.0, 0.25, true, 'm1');
ASSERT VALUES report_by_account (account_id, scored, flagged) VALUES ('a', 1, 0);
ASSERT VALUES report_by_account (account_id, scored, flagged, amount_flagged) VALUES ('b', 1, 1, 3.0);
ASSERT VALUES report_by_account (account_id, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('a', 2, 1, 9.0, 8.0, 0.375, 0.5);
