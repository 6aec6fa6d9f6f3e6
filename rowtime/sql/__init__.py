"""ksqlDB's language: lexer, parser, syntax tree, types, and the text a server prints back."""
