"""Where it lives in AWS: one construct for each part of the estate."""
