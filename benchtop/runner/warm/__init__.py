"""Processes that have imported what a script imports, and fork a child for each of its runs."""
