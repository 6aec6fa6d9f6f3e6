--@test: scored and flagged by type
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/410_report_by_type.sql';
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t1', 'a', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.5, false, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t2', 'b', '2026-01-05T10:30:00', 'TRANSFER', 3.0, 0.75, true, 'm1');
INSERT INTO transactions_scored (transaction_id, account_id, event_time, type, amount, score, is_fraud, model_version)
  VALUES ('t3', 'a', '2026-01-05T11:00:00', 'CASH', 8.0, 0.25, true, 'm1');
ASSERT VALUES report_by_type (type, scored, flagged, amount, amount_flagged) VALUES ('TRANSFER', 1, 0, 1.0, 0.0);
ASSERT VALUES report_by_type (type, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('TRANSFER', 2, 1, 4.0, 3.0, 0.625, 0.75);
ASSERT VALUES report_by_type (type, scored, flagged) VALUES ('CASH', 1, 1);
