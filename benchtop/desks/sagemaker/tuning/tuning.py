"""Automatic model tuning: tuning jobs, and the training jobs that they start."""

# A desk's signature is the list of what it honours; the request itself comes whole, as `asked`:
# ruff: noqa: ARG002

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace

from benchtop.desks.listing import page, row
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.tuning.autotune import settled
from benchtop.desks.sagemaker.tuning.body import ENGINE, new_body
from benchtop.desks.sagemaker.tuning.children import HERITAGE, KIND, Training
from benchtop.desks.sagemaker.tuning.course import LIVE, TUNING, Course
from benchtop.desks.sagemaker.tuning.definition_rules import check_definitions
from benchtop.desks.sagemaker.tuning.plans import CONFIG
from benchtop.desks.sagemaker.tuning.quotas import TUNING_JOBS, Quotas, within
from benchtop.desks.sagemaker.tuning.rules import check, jobs_of
from benchtop.desks.sagemaker.tuning.warm_start import (
    best_of,
    check_inherited,
    inheritance,
    keeps_overall,
    parents_of,
)
from benchtop.door.refusals import NotHonoured, ResourceInUse, ResourceNotFound, ValidationException
from benchtop.foreman import Foreman
from benchtop.store.records import Duplicate, Missing, Record, Records, Search
from benchtop.tuner.strategies import strategy_of
from benchtop.tuner.strategies.strategy import EngineMissing
from benchtop.wire import Json

SORTS = {"FinalObjectiveMetricValue": "Score"}


class TuningDesk:
    """Hyperparameter tuning jobs."""

    def __init__(
        self,
        records: Records,
        place: Place,
        training: Training,
        foreman: Foreman,
        *,
        quotas: Callable[[], Quotas] = Quotas,
        allow: Callable[[Json], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
        bayesian_engine: str = "tpe",
    ) -> None:
        self._records = records
        self._place = place
        self._training = training
        self._foreman = foreman
        self._account = quotas
        self._allow = allow
        self._clock = clock
        self._bayesian = bayesian_engine
        self._course = Course(records, training, clock)
        foreman.hire(TUNING, self._course.advance)

    def resume(self) -> None:
        """Go on with every tuning job that was under way when benchtop ended."""
        for status in LIVE:
            for job in self._records.search(Search(kind=TUNING, status=status)):
                self._foreman.wake(job.arn)

    def create_hyper_parameter_tuning_job(
        self,
        *,
        asked: Json,
        hyper_parameter_tuning_job_name: str,
        hyper_parameter_tuning_job_config: Json,
        training_job_definition: Json | None = None,
        training_job_definitions: list[Json] | None = None,
        autotune: Json | None = None,
        warm_start_config: Json | None = None,
        tags: list[Json] | None = None,  # copied to each training job
    ) -> Json:
        """Accept a tuning job; its first training jobs start right after."""
        name = hyper_parameter_tuning_job_name
        check_definitions(asked)
        asked = settled(asked)
        check(asked, self._quotas)
        self._allow(asked)
        check_inherited(parents_of(self._records, asked), asked, self._quotas)
        under_way = sum(self._records.count(TUNING, status=each) for each in LIVE)
        within(TUNING_JOBS, self._quotas.tuning_jobs, 1, under_way)
        job = self._new(asked, name)
        self._course.rehearse(job)
        try:
            with self._records.transaction():
                self._records.add(job)
                self._inherit(job, asked)
        except Duplicate:
            raise ResourceInUse(
                f"A hyperparameter tuning job with the name, {name}, already exists. Choose a "
                "different name."
            ) from None
        self._foreman.wake(job.arn)
        return {"HyperParameterTuningJobArn": job.arn}

    @property
    def _quotas(self) -> Quotas:
        return self._account()

    def _new(self, asked: Json, name: str) -> Record:
        config = asked[CONFIG]
        seed = config.get("RandomSeed")
        arn = self._place.arn(TUNING, name)
        body = new_body(
            asked,
            arn=arn,
            seed=secrets.randbits(31) if seed is None else seed,
            engine=self._engine(config["Strategy"]),
            jobs=jobs_of(asked, self._quotas),
        )
        return Record(
            kind=TUNING, name=name, arn=arn, body={**body, ENGINE: self._bayesian},
            status="InProgress", created=self._clock(),
        )  # fmt: skip

    def _engine(self, strategy: str) -> str:
        """What searches, and its version: a job keeps the engine that it was created with."""
        try:
            return strategy_of(strategy, self._bayesian).engine
        except EngineMissing as no:
            raise NotHonoured(str(no)) from None

    def _inherit(self, job: Record, asked: Json) -> None:
        """Copy what the job takes over from its parents beside it, out of the way of every step."""
        parents = parents_of(self._records, asked)
        observations, first = inheritance(self._records, parents, asked)
        if parents:
            self._records.add(
                Record(
                    kind=HERITAGE,
                    name=job.name,
                    arn=self._place.arn(HERITAGE, job.name),
                    body={"observations": observations},
                )
            )
            best = best_of(parents) if keeps_overall(asked) else None
            self._records.change(
                TUNING, job.name,
                lambda now: now.evolve(_first=first, OverallBestTrainingJob=best),
            )  # fmt: skip

    def describe_hyper_parameter_tuning_job(self, hyper_parameter_tuning_job_name: str) -> Json:
        """Tell how a tuning job stands."""
        job = self._get(hyper_parameter_tuning_job_name)
        used = {"RuntimeInSeconds": int(self._clock() - job.created)}
        return {"ConsumedResources": used, **row(job)}

    def list_hyper_parameter_tuning_jobs(
        self,
        *,
        sort_by: str = "Name",
        sort_order: str = "Ascending",
        status_equals: str | None = None,
        name_contains: str | None = None,
        creation_time_after: float | None = None,
        creation_time_before: float | None = None,
        last_modified_time_after: float | None = None,
        last_modified_time_before: float | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> Json:
        """Tell which tuning jobs there are."""
        asked = Search(
            kind=TUNING,
            status=status_equals,
            name_contains=name_contains,
            created_after=creation_time_after,
            created_before=creation_time_before,
            modified_after=last_modified_time_after,
            modified_before=last_modified_time_before,
            sort_by=sort_by,
        )
        return page(
            self._records, "HyperParameterTuningJobSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def list_training_jobs_for_hyper_parameter_tuning_job(
        self,
        hyper_parameter_tuning_job_name: str,
        *,
        sort_by: str = "Name",
        sort_order: str = "Ascending",
        status_equals: str | None = None,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> Json:
        """Tell what a tuning job tried; by objective, those without one are left out."""
        asked = Search(
            kind=KIND,
            parent=self._get(hyper_parameter_tuning_job_name).arn,
            status=status_equals,
            scored=sort_by in SORTS,
            sort_by=SORTS.get(sort_by, sort_by),
        )
        return page(
            self._records, "TrainingJobSummaries", asked,
            next_token=next_token, max_results=max_results, descending=sort_order,
        )  # fmt: skip

    def stop_hyper_parameter_tuning_job(self, hyper_parameter_tuning_job_name: str) -> Json:
        """Start nothing more, and stop what runs; what was found stays."""
        job = self._get(hyper_parameter_tuning_job_name)
        self._records.change(TUNING, job.name, _stopping)
        self._foreman.wake(job.arn)
        return {}

    def delete_hyper_parameter_tuning_job(self, hyper_parameter_tuning_job_name: str) -> Json:
        """Forget a tuning job that is over; its training jobs stay."""
        with self._records.transaction():
            job = self._get(hyper_parameter_tuning_job_name)
            if job.status in LIVE:
                raise ValidationException(
                    f"The hyperparameter tuning job {job.name} is not in a terminal state: it is "
                    f"{job.status}. Stop it first."
                )
            # A later job of the same name has the same ARN, and must not find these.
            for child in self._records.search(Search(kind=KIND, parent=job.arn)):
                self._records.change(KIND, child.name, _orphaned)
            self._records.remove(TUNING, job.name)
            self._records.remove(HERITAGE, job.name)
        return {}

    def _get(self, name: str) -> Record:
        try:
            return self._records.get(TUNING, name)
        except Missing:
            raise ResourceNotFound(
                f"Amazon SageMaker can't find a tuning job called {name}. Type another name."
            ) from None


def _stopping(job: Record) -> Record:
    if job.status not in LIVE:
        # AWS: unknown, the wording; clients look for "already".
        raise ValidationException(
            f"The request was rejected because the hyperparameter tuning job is already in status "
            f"{job.status}."
        )
    return job.evolve(status="Stopping", HyperParameterTuningJobStatus="Stopping")


def _orphaned(child: Record) -> Record:
    return replace(child, parent="")
