"""What differs between your laptop and production, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

STRATEGIES = ("Bayesian", "Random", "Hyperband", "Grid")
TUNING_JOBS_LIMIT = 750  # the service's own, for Bayesian


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One place where the project can run."""

    name: str
    account: str
    region: str = "eu-west-1"
    role_name: str = "flights-pipeline"
    bucket_name: str = ""  # empty: sagemaker-<region>-<account>, as the SDK names it
    makes_bucket: bool = False  # elsewhere the estate has made it

    processing_instance: str = "ml.m5.large"
    training_instance: str = "ml.m5.large"
    endpoint_instance: str = "ml.m5.large"
    endpoint_instances: int = 1

    strategy: str = (
        "Bayesian"  # Bayesian and Random can be changed per run; the others are compiled in
    )
    max_jobs: int = 40
    max_parallel_jobs: int = 4
    early_stopping: str = "Auto"
    max_runtime: int = 3600  # seconds of one training job
    spot: bool = False

    minimum_auc: float = 0.85
    approve_automatically: bool = (
        False  # then the pipeline deploys by itself; else a person approves first
    )
    endpoint_name: str = "flights"

    def __post_init__(self) -> None:
        """Complain about what cannot work, naming the environment and the field."""
        for complaint in self._complaints():
            raise ValueError(f"{self.name}: {complaint}")

    @property
    def bucket(self) -> str:
        """Where data, code and models lie."""
        return self.bucket_name or f"sagemaker-{self.region}-{self.account}"

    @property
    def role(self) -> str:
        """The role that jobs and the pipeline take."""
        return f"arn:aws:iam::{self.account}:role/{self.role_name}"

    @property
    def approval(self) -> str:
        """With what status a model is registered."""
        return "Approved" if self.approve_automatically else "PendingManualApproval"

    def _complaints(self) -> list[str]:
        wishes = {
            f"account '{self.account}' is not 12 digits": re.fullmatch(r"\d{12}", self.account),
            f"region '{self.region}' is not a region": re.fullmatch(
                r"[a-z]{2}(-[a-z]+)+-\d", self.region
            ),
            f"strategy '{self.strategy}' is none of {', '.join(STRATEGIES)}": self.strategy
            in STRATEGIES,
            f"early_stopping '{self.early_stopping}' is neither Auto nor Off": self.early_stopping
            in ("Auto", "Off"),
            "early_stopping must be Off with Hyperband, which stops trials itself": (
                self.strategy,
                self.early_stopping,
            )
            != ("Hyperband", "Auto"),
            f"max_jobs {self.max_jobs} is not between 1 and {TUNING_JOBS_LIMIT}": 1
            <= self.max_jobs
            <= TUNING_JOBS_LIMIT,
            f"max_parallel_jobs {self.max_parallel_jobs} is not between 1 and max_jobs": 1
            <= self.max_parallel_jobs
            <= self.max_jobs,
            f"minimum_auc {self.minimum_auc} is not between 0 and 1": 0 <= self.minimum_auc <= 1,
            f"endpoint_instances {self.endpoint_instances} is less than 1": self.endpoint_instances
            >= 1,
            f"max_runtime {self.max_runtime} is less than 1 second": self.max_runtime >= 1,
        }
        instances = (self.processing_instance, self.training_instance, self.endpoint_instance)
        wishes |= {
            f"'{each}' is no instance type such as ml.m5.large": re.fullmatch(
                r"ml\.[a-z0-9-]+\.[a-z0-9]+", each
            )
            for each in instances
        }
        return [complaint for complaint, fulfilled in wishes.items() if not fulfilled]


LOCAL = Environment(
    name="local",
    account="000000000000",
    region="us-east-1",
    role_name="benchtop",
    makes_bucket=True,
    max_jobs=20,
    max_parallel_jobs=2,
    approve_automatically=True,
)
DEV = Environment(name="dev", account="111111111111", approve_automatically=True)
PROD = replace(
    DEV,
    name="prod",
    account="222222222222",
    max_jobs=100,
    max_parallel_jobs=10,
    spot=True,
    endpoint_instances=2,
    approve_automatically=False,
)

ENVIRONMENTS = {each.name: each for each in (LOCAL, DEV, PROD)}
