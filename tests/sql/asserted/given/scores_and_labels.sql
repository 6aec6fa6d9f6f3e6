-- Scores and valid labels, ready to be joined.
RUN SCRIPT '../../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../../sql/024_labels_valid.sql';
RUN SCRIPT '../../../../sql/200_fraud_flags.sql';
RUN SCRIPT '../../../../sql/210_transactions_to_score.sql';
RUN SCRIPT '../../../../sql/220_transactions_scored.sql';
RUN SCRIPT '../../../../sql/250_scores_to_label.sql';
