"""The Schema Registry protocol: subjects, versions, ids, compatibility."""
