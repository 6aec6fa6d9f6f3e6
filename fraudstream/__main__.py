"""`python -m fraudstream`."""

from fraudstream.cli import main

main()
