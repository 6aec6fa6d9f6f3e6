--@test: scored and flagged by type
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/410_report_by_type.sql';
RUN SCRIPT 'given/three_scored.sql';
ASSERT VALUES report_by_type (type, scored, flagged, amount, amount_flagged) VALUES ('TRANSFER', 1, 0, 1.0, 0.0);
ASSERT VALUES report_by_type (type, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('TRANSFER', 2, 1, 4.0, 3.0, 0.625, 0.75);
ASSERT VALUES report_by_type (type, scored, flagged) VALUES ('CASH', 1, 1);
