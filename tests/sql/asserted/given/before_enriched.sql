-- All that transactions_enriched is made from.
RUN SCRIPT '../../../../sql/010_transactions.sql';
RUN SCRIPT '../../../../sql/020_fraud_labels.sql';
RUN SCRIPT '../../../../sql/024_labels_valid.sql';
RUN SCRIPT '../../../../sql/040_account_seen.sql';
RUN SCRIPT '../../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../../sql/070_account_features.sql';
RUN SCRIPT '../../../../sql/080_account_features_changes.sql';
RUN SCRIPT '../../../../sql/100_counterparty_features.sql';
RUN SCRIPT '../../../../sql/110_counterparty_features_changes.sql';
RUN SCRIPT '../../../../sql/120_counterparty_labels.sql';
