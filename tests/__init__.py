"""Tests, house by house, and the tables of rules that they hold to."""
