-- A flag or none, fraud or not: one of each, one of them a day later.
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.9, true, true, 'm1');
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t2', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 2.0, 0.8, true, false, 'm1');
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t3', '2026-01-06T00:00:00', '2026-01-06T00:00:00', 'TRANSFER', 4.0, 0.1, false, true, 'm1');
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t4', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 8.0, 0.0, false, false, 'm1');
