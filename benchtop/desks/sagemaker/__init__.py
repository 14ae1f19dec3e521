"""SageMaker's desks: jobs, tuning, models, registry, endpoints, pipelines, tags and search."""
