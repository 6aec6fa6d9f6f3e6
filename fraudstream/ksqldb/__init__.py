"""Our ksqlDB client. PyPI's `ksql` (ksql-python) has had no release for years and does not install on a current Python:
it depends on `hyper`, which imports names that Python 3.10 removed. This one needs only `requests`, speaks HTTP/1.1,
which ksqlDB serves for everything but /inserts-stream, and reconnects push queries."""

from fraudstream.ksqldb.client import Client
from fraudstream.ksqldb.errors import KsqlDbError, KsqlDbUnreachable
from fraudstream.ksqldb.push import Backoff, PushEvent, PushQuery
from fraudstream.ksqldb.quoting import literal, quote_identifier
from fraudstream.ksqldb.rows import Rows

__all__ = ["Backoff", "Client", "KsqlDbError", "KsqlDbUnreachable", "PushEvent", "PushQuery", "Rows", "literal",
           "quote_identifier"]
