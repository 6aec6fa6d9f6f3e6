--@test: scored and flagged by account
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../sql/420_report_by_account.sql';
RUN SCRIPT 'given/three_scored.sql';
ASSERT VALUES report_by_account (account_id, scored, flagged) VALUES ('a', 1, 0);
ASSERT VALUES report_by_account (account_id, scored, flagged, amount_flagged) VALUES ('b', 1, 1, 3.0);
ASSERT VALUES report_by_account (account_id, scored, flagged, amount, amount_flagged, mean_score, worst_score) VALUES ('a', 2, 1, 9.0, 8.0, 0.375, 0.5);
