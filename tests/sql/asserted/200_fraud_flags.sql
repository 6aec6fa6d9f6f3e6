--@test: rowtime is the transaction's event time
RUN SCRIPT '../../../sql/200_fraud_flags.sql';
INSERT INTO fraud_flags (transaction_id, event_time, score, is_fraud, threshold, reason_codes, model_version, scored_at)
  VALUES ('t1', '2026-01-05T10:00:00', 0.75, true, 0.5, ARRAY[STRUCT(feature := 'amount', value := 9.0E0, contribution := 1.5E0, phrase := 'large amount')], 'm1', '2026-01-05T12:00:00');
CREATE STREAM flat AS SELECT transaction_id, score, is_fraud, reason_codes[1]->feature AS feature, model_version FROM fraud_flags;
ASSERT VALUES flat (transaction_id, score, is_fraud, feature, model_version, rowtime) VALUES ('t1', 0.75, true, 'amount', 'm1', 1767607200000);
