"""The operators of a query's plan; each writes its own Python source."""
