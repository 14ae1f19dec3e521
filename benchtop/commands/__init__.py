"""One file for each command: a summary, examples, arguments, and what it does."""
