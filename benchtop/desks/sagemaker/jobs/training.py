"""Training jobs: created, described, listed, stopped and deleted."""

# A desk's signature is the list of what it honours; the request itself comes whole, as `asked`:
# ruff: noqa: ARG002

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchtop.desks import listing
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs import progress
from benchtop.desks.sagemaker.jobs.builtin import described
from benchtop.desks.sagemaker.jobs.training_rules import check
from benchtop.door.refusals import ResourceInUse, ValidationException
from benchtop.runner.jobs.metrics import Emission
from benchtop.runner.jobs.runner import Runner
from benchtop.runner.jobs.training import TrainingWork
from benchtop.runner.jobs.work import Outcome, Reports, Terms
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json, Remembered

KIND = "training-job"
DAY = 86400
NOT_DESCRIBED = ("Tags", "SessionChainingConfig")


class TrainingDesk:
    """SageMaker's training jobs; a pipeline step, a tuner and a person all come here."""

    def __init__(
        self,
        records: Records,
        objects: Objects,
        place: Place,
        runner: Runner,
        allow: Callable[[Json], None] = lambda _: None,
    ) -> None:
        """Open the desk; *allow* refuses what would go over a quota."""
        self.records = records
        self.objects = objects
        self.place = place
        self.runner = runner
        self.allow = allow

    def create_training_job(
        self,
        *,
        asked: Json,
        training_job_name: str,
        role_arn: str,
        output_data_config: Json,
        algorithm_specification: Json | None = None,
        resource_config: Json | None = None,
        stopping_condition: Json | None = None,
        hyper_parameters: Json | None = None,
        input_data_config: list[Json] | None = None,
        environment: Json | None = None,
        checkpoint_config: Json | None = None,
        enable_managed_spot_training: bool = False,
        retry_strategy: Json | None = None,
        tags: Remembered = None,
        vpc_config: Remembered = None,
        enable_network_isolation: Remembered = None,
        enable_inter_container_traffic_encryption: Remembered = None,
        debug_hook_config: Remembered = None,
        profiler_config: Remembered = None,
        profiler_rule_configurations: Remembered = None,
        tensor_board_output_config: Remembered = None,
        experiment_config: Remembered = None,
        remote_debug_config: Remembered = None,
        infra_check_config: Remembered = None,
        session_chaining_config: Remembered = None,
    ) -> Json:
        """Start a training job."""
        return self.create(asked)

    def create(self, asked: Json, *, parent: str = "", tuning: Json | None = None) -> Json:
        """Start a training job: the one road, for clients, pipeline steps and tuning jobs.

        Args:
            asked: a CreateTrainingJob request.
            parent: the ARN of the tuning job or pipeline execution that wants it.
            tuning: further members of the body, such as TuningJobArn.

        Raises:
            Refusal: when it cannot be run as asked, or the name is taken.
        """
        self.rehearse(asked)
        record = self._record(asked, parent, tuning or {})
        try:
            with self.records.transaction():
                self.allow(asked)
                self.records.add(record)
        except Duplicate:
            raise ResourceInUse(
                "Training job names must be unique within an AWS account and region, and a "
                f"training job with this name already exists ({record.arn})"
            ) from None
        self._begin(record)
        return {"TrainingJobArn": record.arn}

    def rehearse(self, asked: Json) -> None:
        """Refuse what ``create`` would refuse, a taken name aside; start and keep nothing."""
        check(asked, self.objects, self.runner.images, self.place.region)

    def describe_training_job(self, training_job_name: str) -> Json:
        """Everything about a training job."""
        return listing.row(self._find(training_job_name))

    def list_training_jobs(
        self,
        *,
        next_token: str | None = None,
        max_results: int | None = None,
        creation_time_after: float | None = None,
        creation_time_before: float | None = None,
        last_modified_time_after: float | None = None,
        last_modified_time_before: float | None = None,
        name_contains: str | None = None,
        status_equals: str | None = None,
        sort_by: str = "CreationTime",
        sort_order: str = "Ascending",
    ) -> Json:
        """The training jobs, a page at a time."""
        asked = Search(
            kind=KIND,
            status=status_equals,
            name_contains=name_contains,
            created_after=creation_time_after,
            created_before=creation_time_before,
            modified_after=last_modified_time_after,
            modified_before=last_modified_time_before,
            sort_by=sort_by,
        )
        return listing.page(
            self.records, "TrainingJobSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def stop_training_job(self, training_job_name: str) -> Json:
        """Ask a training job to stop; it has two minutes to save what it has."""
        found = self._find(training_job_name)
        record = self.records.change(KIND, found.name, progress.stopping)
        if record.status != "Stopping":
            raise ValidationException(
                f"The request was rejected because the training job is in status {record.status}."
            )
        self.runner.stop(KIND, record.name)
        return {}

    def delete_training_job(self, training_job_name: str) -> Json:
        """Forget a training job that is over; its name is free again."""
        record = self._find(training_job_name)
        if record.status in progress.RUNNING:
            # AWS: unknown, the wording.
            raise ResourceInUse(
                f"The training job {record.name} is in status {record.status}; stop it first."
            )
        self.records.remove(KIND, record.name)
        self.runner.forget(KIND, record.name)
        return {}

    def emissions(self, training_job_name: str) -> list[Emission]:
        """Every value of every metric of a job so far, oldest first.

        A job's record changes (FinalMetricDataList) whenever there is a new one.
        """
        return self.runner.emissions(KIND, training_job_name)

    def resume(self) -> None:
        """Go on with every job that was running when benchtop ended."""
        for status in progress.RUNNING:
            for record in self.records.search(Search(kind=KIND, status=status)):
                self._begin(record)

    def _record(self, asked: Json, parent: str, tuning: Json) -> Record:
        now = time.time()
        name = asked["TrainingJobName"]
        arn = self.place.arn(KIND, name)
        limits = {"MaxRuntimeInSeconds": DAY, **(asked.get("StoppingCondition") or {})}
        body = {
            **asked,
            "AlgorithmSpecification": described(asked),
            "StoppingCondition": limits,
            "TrainingJobArn": arn,
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "CreationTime": now,
            **tuning,
        }
        record = Record(
            kind=KIND, name=name, arn=arn, body=body, status="InProgress", parent=parent,
            created=now,
        )  # fmt: skip
        return record.evolve(SecondaryStatusTransitions=progress.moved(record, "Starting", now))

    def _begin(self, record: Record) -> None:
        request = {name: record.body[name] for name in record.body if name not in NOT_DESCRIBED}
        work = TrainingWork(
            request=request,
            arn=record.arn,
            token=f"{record.arn} {record.created}",
            checkpoint_uri=_checkpoints(record),
            terms=_terms(record),
        )
        reports = Reports(
            entered=partial(self._entered, record.name),
            measured=partial(self._measured, record.name),
            ended=partial(self._ended, record.name),
        )
        self.runner.begin(work, reports, stopping=record.status == "Stopping")

    def _entered(self, name: str, phase: str) -> None:
        now = time.time()
        self.records.change(KIND, name, lambda record: progress.entered(record, phase, now))

    def _measured(self, name: str, finals: list[Json]) -> None:
        self.records.change(KIND, name, lambda record: progress.measured(record, finals))

    def _ended(self, name: str, outcome: Outcome) -> None:
        now = time.time()
        self.records.change(KIND, name, lambda record: progress.ended(record, outcome, now))

    def _find(self, name: str) -> Record:
        record = self.records.find(KIND, name)
        if record is None:
            raise ValidationException("Requested resource not found.")
        return record


def _terms(record: Record) -> Terms:
    """Spot or not, until when, with how many retries; a trial's luck goes by its number."""
    body = record.body
    wait = body["StoppingCondition"].get("MaxWaitTimeInSeconds")
    tuned = "TuningJobArn" in body
    return Terms(
        spot=bool(body.get("EnableManagedSpotTraining")),
        until=record.created + wait if wait else None,
        retries=int((body.get("RetryStrategy") or {}).get("MaximumRetryAttempts", 0)),
        seed=record.name.rpartition("-")[0] if tuned else record.name,
    )


def _checkpoints(record: Record) -> str | None:
    """Where a job's checkpoints go: trials of one tuning job share a URI, not their files.

    # AWS: unknown, whether the service adds the job's name for tuning jobs.
    """
    config = record.body.get("CheckpointConfig")
    if not config:
        return None
    uri = str(config["S3Uri"]).rstrip("/")
    return f"{uri}/{record.name}" if "TuningJobArn" in record.body else uri
