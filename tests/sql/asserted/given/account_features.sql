-- Accounts' features over transactions that were looked at already.
RUN SCRIPT '../../../../sql/050_account_seen_changes.sql';
RUN SCRIPT '../../../../sql/070_account_features.sql';
RUN SCRIPT '../../../../sql/080_account_features_changes.sql';
