"""A desk for training jobs whose jobs are a function of their hyperparameters."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchtop.desks.place import Place
from benchtop.door.refusals import Refusal, ValidationException
from benchtop.store.records import Record, Records
from benchtop.wire import Json

KIND = "training-job"
TERMINAL = ("Completed", "Failed", "Stopped")

Objective = Callable[[Json], float | None]


class Emission(NamedTuple):
    name: str
    value: float


class FakeTraining:
    """Ends each job at once with ``objective(hyperparameters)``, or on command when held.

    An objective of None is a job that failed. ``dies_at`` is the job at which benchtop is killed.
    """

    def __init__(self, records: Records, objective: Objective, *, held: bool = False) -> None:
        self.records = records
        self.objective = objective
        self.held = held
        self.asked: list[Json] = []
        self.refusal: Refusal | None = None
        self.refusal_beforehand: Refusal | None = None
        self.dies_at = 0

    def rehearse(self, asked: Json) -> None:  # noqa: ARG002  as the real desk's
        if self.refusal_beforehand:
            raise self.refusal_beforehand

    def create(self, asked: Json, *, parent: str = "", tuning: Json | None = None) -> Json:
        if self.refusal:
            raise self.refusal
        name = asked["TrainingJobName"]
        arn = Place().arn(KIND, name)
        self.asked.append(asked)
        body = {
            **asked, **(tuning or {}), "TrainingJobArn": arn, "TrainingJobStatus": "InProgress",
            "TrainingStartTime": time.time(),
        }  # fmt: skip
        self.records.add(
            Record(kind=KIND, name=name, arn=arn, body=body, status="InProgress", parent=parent)
        )
        if self.dies_at == len(self.asked):
            raise SystemExit  # Ends the thread as a kill does: nobody learns that the job exists.
        if not self.held:
            self.finish(name)
        return {"TrainingJobArn": arn}

    def finish(self, name: str, value: float | None = None, **members: Any) -> None:
        """End a job as its objective says, or with a value."""
        body = self.records.get(KIND, name).body
        found = value if value is not None else self.objective(body["HyperParameters"])
        if found is None:
            members.setdefault("FailureReason", "AlgorithmError: , exit code: 1")
            self._end(name, "Failed", **members)
        else:
            self._end(name, "Completed", FinalMetricDataList=[_emission(found)], **members)

    def emit(self, name: str, *values: float) -> None:
        """Have a running job print its objective."""
        self.records.change(
            KIND,
            name,
            lambda r: r.evolve(
                _emitted=[*r.body.get("_emitted", []), *values],
                FinalMetricDataList=[_emission(values[-1])],
            ),
        )

    def stop_training_job(self, training_job_name: str) -> Json:
        if self.records.get(KIND, training_job_name).status in TERMINAL:
            raise ValidationException("The request was rejected because the training job is over.")
        self._end(training_job_name, "Stopped")
        return {}

    def emissions(self, training_job_name: str) -> list[Emission]:
        emitted = self.records.get(KIND, training_job_name).body.get("_emitted", [])
        return [Emission("loss", each) for each in emitted]

    def _end(self, name: str, status: str, **members: Any) -> None:
        self.records.change(
            KIND,
            name,
            lambda r: r.evolve(
                status=status, TrainingJobStatus=status, TrainingEndTime=time.time(), **members
            ),
        )


def _emission(value: float) -> Json:
    return {"MetricName": "loss", "Value": value, "Timestamp": time.time()}
