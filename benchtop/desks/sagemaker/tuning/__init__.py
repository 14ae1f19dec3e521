"""Automatic Model Tuning: from a request to trials, one after another, to the best."""
