--@test: scored and flagged by hour and type
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/400_report_by_hour.sql';
RUN SCRIPT 'given/three_scored.sql';
ASSERT VALUES report_by_hour (type, windowstart, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('TRANSFER', 1767607200000, 1, 0, 1.0, 0.0, 0.5, 0.5);
ASSERT VALUES report_by_hour (type, windowstart, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('TRANSFER', 1767607200000, 2, 1, 4.0, 3.0, 0.625, 0.75);
ASSERT VALUES report_by_hour (type, windowstart, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('CASH', 1767610800000, 1, 1, 8.0, 8.0, 0.25, 0.25);
