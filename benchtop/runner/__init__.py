"""The only place that starts processes: jobs and endpoints, each in its own /opt/ml."""
