"""What each AWS service does: one method per operation, one resource per file."""
