"""The model registry: package groups and packages."""
