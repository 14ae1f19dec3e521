"""Processing jobs: created, described, listed, stopped and deleted."""

# A desk's signature is the list of what it honours; the request itself comes whole, as `asked`:
# ruff: noqa: ARG002

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchtop.desks import listing
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.processing_rules import check
from benchtop.desks.sagemaker.jobs.progress import RUNNING
from benchtop.door.refusals import ResourceInUse, ValidationException
from benchtop.runner.jobs.processing import ProcessingWork
from benchtop.runner.jobs.runner import Runner
from benchtop.runner.jobs.work import Outcome, Reports
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json, Remembered

KIND = "processing-job"


class ProcessingDesk:
    """SageMaker's processing jobs."""

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

    def create_processing_job(
        self,
        *,
        asked: Json,
        processing_job_name: str,
        processing_resources: Json,
        app_specification: Json,
        role_arn: str,
        processing_inputs: list[Json] | None = None,
        processing_output_config: Json | None = None,
        stopping_condition: Json | None = None,
        environment: Json | None = None,
        network_config: Remembered = None,
        tags: Remembered = None,
        experiment_config: Remembered = None,
    ) -> Json:
        """Start a processing job."""
        return self.create(asked)

    def create(self, asked: Json, *, parent: str = "") -> Json:
        """Start a processing job: the one road, for clients and pipeline steps.

        Args:
            asked: a CreateProcessingJob request.
            parent: the ARN of the pipeline execution that wants it.

        Raises:
            Refusal: when it cannot be run as asked, or the name is taken.
        """
        check(asked, self.runner.images)
        name = asked["ProcessingJobName"]
        now = time.time()
        record = Record(
            kind=KIND, name=name, arn=self.place.arn(KIND, name), status="InProgress",
            parent=parent, created=now, body={**asked, "CreationTime": now},
        )  # fmt: skip
        record = record.evolve(ProcessingJobArn=record.arn, ProcessingJobStatus="InProgress")
        try:
            with self.records.transaction():
                self.allow(asked)
                self.records.add(record)
        except Duplicate:
            raise ResourceInUse(
                "Processing job names must be unique within an AWS account and region, and a "
                f"processing job with this name already exists ({record.arn})"
            ) from None
        self._begin(record)
        return {"ProcessingJobArn": record.arn}

    def describe_processing_job(self, processing_job_name: str) -> Json:
        """Everything about a processing job."""
        return listing.row(self._find(processing_job_name))

    def list_processing_jobs(
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
        """The processing jobs, a page at a time."""
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
            self.records, "ProcessingJobSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def stop_processing_job(self, processing_job_name: str) -> Json:
        """Ask a processing job to stop; it has two minutes to save what it has."""
        found = self._find(processing_job_name)
        record = self.records.change(KIND, found.name, _stopping)
        if record.status != "Stopping":
            # AWS: unknown, the wording; this is what it says of training jobs.
            raise ValidationException(
                f"The request was rejected because the processing job is in status {record.status}."
            )
        self.runner.stop(KIND, record.name)
        return {}

    def delete_processing_job(self, processing_job_name: str) -> Json:
        """Forget a processing job that is over; its name is free again."""
        record = self._find(processing_job_name)
        if record.status in RUNNING:
            # AWS: unknown, the wording.
            raise ResourceInUse(
                f"The processing job {record.name} is in status {record.status}; stop it first."
            )
        self.records.remove(KIND, record.name)
        self.runner.forget(KIND, record.name)
        return {}

    def resume(self) -> None:
        """Go on with every job that was running when benchtop ended."""
        for status in RUNNING:
            for record in self.records.search(Search(kind=KIND, status=status)):
                self._begin(record)

    def _begin(self, record: Record) -> None:
        request = {name: value for name, value in record.body.items() if name != "Tags"}
        token = f"{record.arn} {record.created}"
        work = ProcessingWork(request=request, arn=record.arn, token=token)
        reports = Reports(
            entered=partial(self._entered, record.name),
            measured=lambda _: None,
            ended=partial(self._ended, record.name),
        )
        self.runner.begin(work, reports, stopping=record.status == "Stopping")

    def _entered(self, name: str, phase: str) -> None:
        now = time.time()

        def begun(record: Record) -> Record:
            started = {"ProcessingStartTime": now, **record.body}["ProcessingStartTime"]
            return record.evolve(ProcessingStartTime=started)

        if phase in ("Downloading", "Training"):
            self.records.change(KIND, name, begun)

    def _ended(self, name: str, outcome: Outcome) -> None:
        now = time.time()
        self.records.change(KIND, name, lambda record: _ended(record, outcome, now))

    def _find(self, name: str) -> Record:
        record = self.records.find(KIND, name)
        if record is None:
            arn = self.place.arn(KIND, name)
            raise ValidationException(f"Could not find requested job with arn: {arn}")
        return record


def _stopping(record: Record) -> Record:
    if record.status != "InProgress":
        return record
    return record.evolve(status="Stopping", ProcessingJobStatus="Stopping")


def _ended(record: Record, outcome: Outcome, now: float) -> Record:
    if record.status not in RUNNING:
        return record
    status, reason = outcome.status, outcome.failure_reason
    if outcome.secondary == "MaxRuntimeExceeded":
        # AWS: unknown, the wording; a processing job that ran too long has stopped.
        reason = "The processing job ran longer than MaxRuntimeInSeconds and was stopped."
    if record.status == "Stopping" and status == "Completed":
        status = "Stopped"
    return record.evolve(
        status=status,
        ProcessingJobStatus=status,
        FailureReason=reason,
        ExitMessage=outcome.message,
        ProcessingEndTime=now,
    )
