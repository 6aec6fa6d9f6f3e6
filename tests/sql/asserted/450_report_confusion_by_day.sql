--@test: right and wrong so far, by model and day of the transaction
RUN SCRIPT 'given/scores_and_labels.sql';
RUN SCRIPT '../../../sql/260_transactions_labelled.sql';
RUN SCRIPT '../../../sql/450_report_confusion_by_day.sql';
RUN SCRIPT 'given/four_labelled.sql';
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767571200000, 1, 1, 0, 0, 0, 1.0, 1.0, 1.0, 0.0);
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767571200000, 2, 1, 1, 0, 0, 0.5, 1.0, 1.0, 0.0);
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767657600000, 1, 0, 0, 1, 0, 0.0, 0.0, 0.0, 4.0);
ASSERT VALUES report_confusion_by_day (model_version, windowstart, labelled, tp, fp, fn, tn, precision_so_far, recall_so_far, amount_caught, amount_missed) VALUES ('m1', 1767571200000, 3, 1, 1, 0, 1, 0.5, 1.0, 1.0, 0.0);
