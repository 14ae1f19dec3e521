"""A tuning desk with a real foreman, a fake training desk and a real boto3 client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.tuning.quotas import Quotas
from benchtop.desks.sagemaker.tuning.tuning import TuningDesk
from benchtop.foreman import Foreman
from benchtop.store.records import Record, Records
from benchtop.wire import Json
from tests.benchtop.desks.fake_training import FakeTraining, Objective

REQUEST: Json = {
    "HyperParameterTuningJobName": "job",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {
            "ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]
        },
        "RandomSeed": 7,
    },
    "TrainingJobDefinition": {
        "AlgorithmSpecification": {
            "TrainingImage": "mine:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}],
        },
        "RoleArn": "arn:aws:iam::000000000000:role/benchtop",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "StaticHyperParameters": {"epochs": "3"},
    },
}
CONFIG = "HyperParameterTuningJobConfig"


def asked(**changes: Any) -> Json:
    """A valid request with other members; ``A__B=value`` sets member B of member A."""
    request = deepcopy(REQUEST)
    for path, value in changes.items():
        *parents, last = path.split("__")
        target = request
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
        if value is None:
            del target[last]
    return request


class TuningBench:
    """One run of benchtop, as far as tuning goes; another on the same records is a restart."""

    def __init__(
        self,
        records: Records,
        connect: Callable[[object], Any],
        objective: Objective = lambda given: float(given["x"]),
        *,
        held: bool = False,
        **options: Any,
    ) -> None:
        self.records = records
        self.foreman = Foreman()
        self._quiet = threading.Condition()
        records.listen(self.heard)
        self.training = FakeTraining(records, objective, held=held)
        self.desk = TuningDesk(
            records, Place(), self.training, self.foreman,
            quotas=options.pop("quotas", lambda: Quotas(random_jobs=10_000)), **options,
        )  # fmt: skip
        self.client = connect(self.desk)
        self.desk.resume()
        self.foreman.start()

    def heard(self, record: Record) -> None:
        self.foreman.heard(record)
        with self._quiet:
            self._quiet.notify_all()

    def until(self, true: Callable[[], Any]) -> Any:
        """Wait for records to make something true."""
        with self._quiet:
            assert self._quiet.wait_for(true, timeout=20), "it never came true"
        return true()

    def describe(self, name: str = "job") -> Json:
        return dict(self.client.describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name
        ))  # fmt: skip

    def status(self, name: str = "job") -> str:
        return self.records.get("hyper-parameter-tuning-job", name).status

    def run(self, request: Json) -> Json:
        """Create a tuning job, wait for its end, and describe it."""
        self.client.create_hyper_parameter_tuning_job(**request)
        return self.end(request["HyperParameterTuningJobName"])

    def end(self, name: str = "job") -> Json:
        """Wait for a tuning job's end, and describe it."""
        self.until(lambda: self.status(name) not in ("InProgress", "Stopping"))
        return self.describe(name)

    def trials(self, name: str = "job", **filters: Any) -> list[Json]:
        pages = self.client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        found = pages.paginate(HyperParameterTuningJobName=name, **filters)
        return [each for page in found for each in page["TrainingJobSummaries"]]

    def running(self) -> list[str]:
        """The names of the training jobs that run."""
        return [each["TrainingJobName"] for each in self.trials(StatusEquals="InProgress")]

    def started(self, count: int) -> list[str]:
        """The names of the training jobs that run, once they are so many."""
        self.until(
            lambda: (
                self.records.count("training-job", status="InProgress") == count
                and self.describe()["TrainingJobStatusCounters"]["InProgress"] == count
            )
        )
        return self.running()

    def kill(self) -> None:
        """End without a word to anybody."""
        self.foreman.stop()
        self.records._listeners.remove(self.heard)
