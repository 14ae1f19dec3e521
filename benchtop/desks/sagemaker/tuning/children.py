"""The training jobs of a tuning job: how they are named and asked for, and what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from benchtop.desks.sagemaker.tuning.body import SWITCHES, sign
from benchtop.desks.sagemaker.tuning.plans import Plan
from benchtop.desks.sagemaker.tuning.tally import OBJECTIVE
from benchtop.store.records import Record, Records
from benchtop.tuner.space import Values
from benchtop.tuner.trials import Trial
from benchtop.wire import Json

KIND = "training-job"
HERITAGE = "tuning-heritage"
"""Kind of the record, of the tuning job's name, that keeps its parents' observations."""
RUNNING = ("InProgress", "Stopping")
COPIED = (
    "RoleArn", "InputDataConfig", "ResourceConfig", "StoppingCondition", "VpcConfig",
    "Environment", "RetryStrategy", "CheckpointConfig", *SWITCHES,
)  # fmt: skip
HISTORY = "_objective_history"
"""Where a training job that is over keeps what it emitted of its objective, if anybody asks."""


class Emission(Protocol):
    """One value of a metric."""

    @property
    def name(self) -> str:
        """The metric."""

    @property
    def value(self) -> float:
        """Its value."""


class Training(Protocol):
    """What a tuning job needs of the desk for training jobs."""

    def rehearse(self, asked: Json) -> None:
        """Refuse what ``create`` would refuse, and start nothing."""

    def create(self, asked: Json, *, parent: str = "", tuning: Json | None = None) -> Json:
        """Start a training job."""

    def stop_training_job(self, training_job_name: str) -> Json:
        """Stop a training job."""

    def emissions(self, training_job_name: str) -> Sequence[Emission]:
        """Every value of every metric so far, oldest first."""


def child_name(job: Record, number: int) -> str:
    """The name of a tuning job's training job: always the same, so that none is started twice.

    A later tuning job of the same name gives other names.
    """
    digest = sha256(f"{job.arn} {job.created!r} {number}".encode()).hexdigest()
    return f"{job.name}-{number:03d}-{digest[:8]}"


def request(body: Json, given: Json, name: str, values: Values) -> Json:
    """What CreateTrainingJob is asked for one trial of a definition."""
    output = {key: value for key, value in given["OutputDataConfig"].items() if value}
    asked = {
        "TrainingJobName": name,
        "HyperParameters": {**given["StaticHyperParameters"], **values},
        "AlgorithmSpecification": given["AlgorithmSpecification"],
        "OutputDataConfig": output,
        **{member: given[member] for member in COPIED if given.get(member)},
    }
    if body.get("Tags"):
        asked["Tags"] = body["Tags"]
    return asked


def extras(job: Record, plan: Plan, number: int, values: Values) -> Json:
    """What a training job's record carries because a tuning job made it."""
    return {
        "TuningJobArn": job.arn,
        "TunedHyperParameters": values,
        "ObjectiveStatus": "Pending",
        "_trial": number,
        **({"TrainingJobDefinitionName": plan.name} if plan.name else {}),
    }


def trial(child: Record, turn: float) -> Trial:
    """What the tuner learns from a training job; *turn* makes losses of objectives."""
    final = child.body.get(OBJECTIVE)
    return Trial(
        number=child.body["_trial"],
        values=child.body["TunedHyperParameters"],
        loss=turn * final["Value"] if final else None,
        curve=tuple(turn * each for each in child.body.get(HISTORY) or ()),
        definition=child.body.get("TrainingJobDefinitionName") or "",
    )


class Past:
    """The ended trials of running tuning jobs, each read once; a new one reads them again."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[str, dict[int, Trial]] = {}
        self._inherited: dict[str, list[Trial]] = {}

    def inherited(self, job: Record) -> list[Trial]:
        """The trials of parent jobs that count as the job's own."""
        key = f"{job.arn} {job.created!r}"
        if "WarmStartConfig" in job.body and key not in self._inherited:
            heritage = self._records.get(HERITAGE, job.name).body["observations"]
            self._inherited[key] = [
                Trial(number=-place, values=each["values"], loss=sign(job.body) * each["objective"])
                for place, each in enumerate(heritage)
            ]
        return self._inherited.get(key, [])

    def finished(self, job: Record) -> list[Trial]:
        """All trials that were taken in, in the order in which they were started."""
        known = self._known.setdefault(f"{job.arn} {job.created!r}", {})
        running = set(job.body["_open"])
        for number in range(1, job.body["_launched"] + 1):
            if number not in known and (name := child_name(job, number)) not in running:
                self._learn(known, name, number, sign(job.body))
        return [known[number] for number in sorted(known)]

    def forget(self, job: Record) -> None:
        """Drop what was read of a job that is over."""
        self._known.pop(f"{job.arn} {job.created!r}", None)
        self._inherited.pop(f"{job.arn} {job.created!r}", None)

    def _learn(self, known: dict[int, Trial], name: str, number: int, turn: float) -> None:
        child = self._records.find(KIND, name)
        # A training job may have been deleted since; its number stays used.
        known[number] = trial(child, turn) if child else Trial(number=number, values={})


def open_children(records: Records, job: Record) -> list[Record]:
    """The records of the training jobs that were not yet taken in."""
    found = (records.find(KIND, name) for name in job.body["_open"])
    return [each for each in found if each is not None]
