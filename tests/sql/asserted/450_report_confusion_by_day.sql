--@test: right and wrong so far, by model and day of the transaction
RUN SCRIPT '../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../sql/024_labels_valid.sql';
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/250_scores_to_label.sql';
RUN SCRIPT '../../../sql/260_transactions_labelled.sql';
RUN SCRIPT '../../../sql/450_report_confusion_by_day.sql';
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t1', '2026-01-05T10:00:00', '2026-01-05T10:00:00', 'TRANSFER', 1.0, 0.9, true, true, 'm1');
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t2', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 2.0, 0.8, true, false, 'm1');
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t3', '2026-01-06T00:00:00', '2026-01-06T00:00:00', 'TRANSFER', 4.0, 0.1, false, true, 'm1');
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t4', '2026-01-05T11:00:00', '2026-01-05T11:00:00', 'TRANSFER', 8.0, 0.0, false, false, 'm1');
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767571200000, 1, 1, 0, 0, 0, 1.0, 1.0, 1.0, 0.0);
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767571200000, 2, 1, 1, 0, 0, 0.5, 1.0, 1.0, 0.0);
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767657600000, 1, 0, 0, 1, 0, 0.0, 0.0, 0.0, 4.0);
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767571200000, 3, 1, 1, 0, 1, 0.5, 1.0, 1.0, 0.0);
