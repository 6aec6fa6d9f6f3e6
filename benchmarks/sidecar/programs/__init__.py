"""The other ways to do the job, each a program of its own."""
