"""What an account may tune at once.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html
"""

from __future__ import annotations

from dataclasses import dataclass

from benchtop.door.refusals import ResourceLimitExceeded

PARALLEL = (
    "Maximum number of training jobs each hyper parameter tuning job can run in parallel at once"
)
# AWS: unknown, the names of the next three.
JOBS = "Maximum number of training jobs per hyper parameter tuning job"
RANDOM_JOBS = "Maximum number of training jobs per hyper parameter tuning job with random search"
TUNING_JOBS = "Maximum number of concurrent tuning jobs"


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """The limits of a tuning job, as AWS gives them to a new account."""

    tuning_jobs: int = 100
    parallel: int = 10
    """Can be raised to 100."""
    jobs: int = 750
    random_jobs: int = 750
    """Can be raised to 10,000."""

    def jobs_of(self, strategy: str) -> int:
        """The most training jobs that a tuning job of this strategy may start."""
        return self.random_jobs if strategy == "Random" else self.jobs


def name_of(strategy: str) -> str:
    """The quota of how many training jobs a tuning job of this strategy may start."""
    return RANDOM_JOBS if strategy == "Random" else JOBS


def within(quota: str, limit: int, delta: int, used: int = 0, *, unit: str = "Jobs") -> None:
    """Refuse what would go over a limit, in AWS's words."""
    if used + delta > limit:
        raise ResourceLimitExceeded(
            f"The account-level service limit '{quota}' is {limit} {unit}, with current "
            f"utilization of {used} {unit} and a request delta of {delta} {unit}. Please use AWS "
            "Service Quotas to request an increase for this quota. If AWS Service Quotas is not "
            "available, contact AWS support to request an increase for this quota."
        )
