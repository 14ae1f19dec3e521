"""The only place that writes state: rows for what is, folders for what ran."""
