"""Training and processing jobs: laid out, started, seen to their end, collected."""
