"""What a pipeline definition means: pure, from JSON and history to what happens next."""
