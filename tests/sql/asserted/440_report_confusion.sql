--@test: right and wrong so far, by model
RUN SCRIPT 'given/scores_and_labels.sql';
RUN SCRIPT '../../../sql/260_transactions_labelled.sql';
RUN SCRIPT '../../../sql/440_report_confusion.sql';
INSERT INTO transactions_labelled (transaction_id, event_time, labelled_at, type, amount, score, is_flagged, is_fraud, model_version)
  VALUES ('t0', '2026-01-05T09:00:00', '2026-01-05T09:00:00', 'TRANSFER', 1.0, 0.2, false, false, 'm0');
RUN SCRIPT 'given/four_labelled.sql';
ASSERT VALUES report_confusion (model_version, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m0', 1, 0, 0, 0, 1, 0.0, 0.0, 0.0, 0.0);
ASSERT VALUES report_confusion (model_version, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1, 1, 0, 0, 0, 1.0, 1.0, 1.0, 0.0);
ASSERT VALUES report_confusion (model_version, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 2, 1, 1, 0, 0, 0.5, 1.0, 1.0, 0.0);
ASSERT VALUES report_confusion (model_version, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 3, 1, 1, 1, 0, 0.5, 0.5, 1.0, 4.0);
ASSERT VALUES report_confusion (model_version, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 4, 1, 1, 1, 1, 0.5, 0.5, 1.0, 4.0);
