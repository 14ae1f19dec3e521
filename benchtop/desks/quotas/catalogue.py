"""The quotas of SageMaker, under AWS's names and codes as far as they are known.

Names: an instance type and a purpose, or a limit of tuning. A code that is not known is made from
the quota's name: it is the same at every start, and its quota's Description says that it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from benchtop.desks.sagemaker.tuning.quotas import JOBS, PARALLEL, RANDOM_JOBS, TUNING_JOBS

ALL_TRAINING = "Number of instances across all training jobs"
ALL_SPOT = "Number of instances across all spot training jobs"
ALL_PROCESSING = "Number of instances across all processing jobs"
ALL_ENDPOINTS = "Number of instances across active endpoints"
PER_TRAINING = "Maximum number of instances per training job"
LONGEST_TRAINING = "Longest run time for a training job"
VOLUME = "Size of EBS volume for an instance"

TRAINING = "training job usage"
SPOT = "spot training job usage"
WARM_POOL = "training warm pool usage"
PROCESSING = "processing job usage"
ENDPOINT = "endpoint usage"

KNOWN_CODES = {
    f"ml.m5.large for {TRAINING}": "L-611FA074",
    f"ml.m5.xlarge for {TRAINING}": "L-CCE2AFA6",
    f"ml.m4.xlarge for {TRAINING}": "L-A373146E",
    f"ml.g5.xlarge for {TRAINING}": "L-B6D80D9C",
    f"ml.p4d.24xlarge for {TRAINING}": "L-09B4A649",
    f"ml.m5.large for {SPOT}": "L-29688C85",
    f"ml.m5.xlarge for {SPOT}": "L-4CEE6BA6",
    f"ml.g4dn.xlarge for {SPOT}": "L-944F78BB",
    f"ml.g4dn.2xlarge for {SPOT}": "L-0496610F",
    f"ml.p4d.24xlarge for {SPOT}": "L-09D56C4F",
    f"ml.m5.xlarge for {PROCESSING}": "L-0307F515",
    PARALLEL: "L-11294128",
    ALL_TRAINING: "L-00C91CB5",
    PER_TRAINING: "L-622CFD70",
    LONGEST_TRAINING: "L-33A961FD",
}

KNOWN_VALUES = {
    f"ml.m5.large for {TRAINING}": 15.0,
    f"ml.m5.xlarge for {TRAINING}": 30.0,
    f"ml.m5.large for {SPOT}": 10.0,
}

ACCELERATED = ("ml.p", "ml.g", "ml.trn", "ml.inf", "ml.dl")
USUAL = 4.0
"""Instances of a type, where AWS's default is not known: as many as a new account has in total."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One quota.

    Attributes:
        name: AWS's name of it.
        value: AWS's default, or the best guess at one.
        unit: what error messages count in.
        most: the most that it can be raised to; its value, if it cannot be raised.
        usage: the resource in CloudWatch's namespace AWS/Usage, if AWS has one.
    """

    name: str
    value: float
    unit: str = "Instances"
    most: float = float("inf")
    usage: str = ""

    @property
    def code(self) -> str:
        """AWS's code, or one made from the name."""
        made = f"L-{sha256(self.name.encode()).hexdigest()[:8].upper()}"
        return KNOWN_CODES.get(self.name, made)

    @property
    def adjustable(self) -> bool:
        """Whether it can be raised."""
        return self.most > self.value


class Catalogue:
    """All quotas, by name and by code."""

    def __init__(self, types: Mapping[str, Iterable[str]]) -> None:
        """Make the quotas.

        Args:
            types: instance types by what they can be used for: the purposes above.
        """
        made = [_of_type(each, purpose) for purpose, found in types.items() for each in found]
        self.quotas = sorted([*_totals(), *_tuning(), *made], key=lambda each: each.name)

    def find(self, word: str) -> Quota | None:
        """The quota of this name or code."""
        return self._by_word.get(word)

    @cached_property
    def _by_word(self) -> dict[str, Quota]:
        named = {each.name: each for each in self.quotas}
        return {**{each.code: each for each in self.quotas}, **named}


def _totals() -> list[Quota]:
    return [
        Quota(name=ALL_TRAINING, value=4, usage="training-job/total_instance_count"),
        Quota(name=ALL_SPOT, value=4),
        Quota(name=ALL_PROCESSING, value=4),
        Quota(name=ALL_ENDPOINTS, value=4),
        Quota(name=PER_TRAINING, value=20),
        Quota(name=LONGEST_TRAINING, value=432_000, unit="Seconds"),
        Quota(name=VOLUME, value=1024, unit="Gigabytes"),
    ]


def _tuning() -> list[Quota]:
    return [
        Quota(name=PARALLEL, value=10, unit="Jobs", most=100),
        Quota(name=JOBS, value=750, unit="Jobs", most=750),
        Quota(name=RANDOM_JOBS, value=750, unit="Jobs", most=10_000),
        Quota(name=TUNING_JOBS, value=100, unit="Jobs", most=100),
    ]


def _of_type(instance_type: str, purpose: str) -> Quota:
    name = f"{instance_type} for {purpose}"
    guess = 0.0 if instance_type.startswith(ACCELERATED) or purpose == WARM_POOL else USUAL
    return Quota(name=name, value=KNOWN_VALUES.get(name, guess))
