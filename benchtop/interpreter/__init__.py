"""What a pipeline definition means: pure, from JSON text to what happens next."""
