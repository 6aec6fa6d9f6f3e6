"""The stream engine: statements become plans, plans become Python, Python works on batches."""
