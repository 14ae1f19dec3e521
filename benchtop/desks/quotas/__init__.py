"""Service quotas: what an account may use at once."""
