"""What differs between your laptop and production, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

STRATEGIES = ("Bayesian", "Random", "Hyperband", "Grid")
JOBS_LIMIT = 750  # the service's own, for Bayesian
REGION = r"[a-z]{2}(-[a-z]+)+-\d"
INSTANCE = r"ml\.[a-z0-9-]+\.[a-z0-9]+"

Rule = tuple[object, str]
"""What must hold, and the complaint if it does not."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One place where the project can run."""

    name: str
    account: str
    region: str = "eu-west-1"
    role_name: str = "flights-jobs"
    pipeline_role_name: str = "flights-pipeline"
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
    approve_automatically: bool = False  # then the pipeline deploys too
    endpoint_name: str = "flights"

    def __post_init__(self) -> None:
        """Complain about what cannot work, naming the environment and the field."""
        for fulfilled, complaint in (*self._place_rules(), *self._tuning_rules()):
            if not fulfilled:
                raise ValueError(f"{self.name}: {complaint}")

    @property
    def bucket(self) -> str:
        """Where data, code and models lie."""
        return self.bucket_name or f"sagemaker-{self.region}-{self.account}"

    @property
    def role(self) -> str:
        """The role of the jobs: they read and write data."""
        return f"arn:aws:iam::{self.account}:role/{self.role_name}"

    @property
    def pipeline_role(self) -> str:
        """The role of the pipeline itself: it starts the jobs."""
        return f"arn:aws:iam::{self.account}:role/{self.pipeline_role_name}"

    @property
    def deploys(self) -> bool:
        """Whether the pipeline itself deploys; where a person approves, approval comes first."""
        return self.approve_automatically

    @property
    def approval(self) -> str:
        """With what status a model is registered."""
        return "Approved" if self.approve_automatically else "PendingManualApproval"

    def _place_rules(self) -> list[Rule]:
        instances = (self.processing_instance, self.training_instance, self.endpoint_instance)
        return [
            (re.fullmatch(r"\d{12}", self.account), f"account '{self.account}' is not 12 digits"),
            (re.fullmatch(REGION, self.region), f"region '{self.region}' is not a region"),
            *(
                (re.fullmatch(INSTANCE, each), f"'{each}' is no instance type such as ml.m5.large")
                for each in instances
            ),
            (self.endpoint_instances >= 1, "endpoint_instances is less than 1"),
        ]

    def _tuning_rules(self) -> list[Rule]:
        jobs, parallel = self.max_jobs, self.max_parallel_jobs
        own_stopping = (self.strategy, self.early_stopping) == ("Hyperband", "Auto")
        return [
            (
                self.strategy in STRATEGIES,
                f"strategy '{self.strategy}' is none of {', '.join(STRATEGIES)}",
            ),
            (
                self.early_stopping in ("Auto", "Off"),
                f"early_stopping '{self.early_stopping}' is neither Auto nor Off",
            ),
            (
                not own_stopping,
                "early_stopping must be Off with Hyperband, which stops trials itself",
            ),
            (1 <= jobs <= JOBS_LIMIT, f"max_jobs {jobs} is not between 1 and {JOBS_LIMIT}"),
            (
                1 <= parallel <= jobs,
                f"max_parallel_jobs {parallel} is not between 1 and max_jobs, {jobs}",
            ),
            (self.max_runtime >= 1, f"max_runtime {self.max_runtime} is less than 1 second"),
            (
                0 <= self.minimum_auc <= 1,
                f"minimum_auc {self.minimum_auc} is not between 0 and 1",
            ),
        ]


LOCAL = Environment(
    name="local",
    account="000000000000",
    region="us-east-1",
    role_name="benchtop",
    pipeline_role_name="benchtop",
    makes_bucket=True,
    max_jobs=20,
    max_parallel_jobs=2,
    early_stopping="Off",  # a trial takes a second: stopping it early saves nothing
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
