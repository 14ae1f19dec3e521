"""Lambda functions: each invocation a process of its own."""
