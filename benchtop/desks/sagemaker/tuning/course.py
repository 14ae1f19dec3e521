"""The course of a tuning job: take in what ended, stop what is hopeless, start what is next, end.

``advance`` keeps nothing between calls: it reads records, makes one step, and says when to be
asked again. A training job is created before it is counted, under a name that follows from its
number, so that a crash in between neither loses nor repeats it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace

from benchtop.desks.listing import row
from benchtop.desks.sagemaker.tuning.body import limits, sign, watched
from benchtop.desks.sagemaker.tuning.children import (
    HISTORY,
    KIND,
    RUNNING,
    Past,
    Training,
    child_name,
    extras,
    open_children,
    request,
    trial,
)
from benchtop.desks.sagemaker.tuning.next_trial import Next, next_trial
from benchtop.desks.sagemaker.tuning.plans import CONFIG, plan_of, plans_of
from benchtop.desks.sagemaker.tuning.rules import dimensions_of, resources_of, space_of
from benchtop.desks.sagemaker.tuning.tally import OBJECTIVE, outcome, progress, taken_in
from benchtop.door.refusals import Refusal, ResourceLimitExceeded
from benchtop.store.records import Record, Records
from benchtop.tuner.completion import ending
from benchtop.tuner.stopping import should_stop
from benchtop.tuner.strategies.strategy import EngineMissing
from benchtop.tuner.trials import Trial
from benchtop.wire import Json

TUNING = "hyper-parameter-tuning-job"
LIVE = ("InProgress", "Stopping")
PATIENCE = 5.0
"""Seconds until a training job is asked for again that a quota did not allow."""
LONG = 60.0
"""Seconds that a tuning job waits for the engine that it began with, when that was removed."""
REFUSED = (
    "One or more training jobs failed with ValidationError. For additional details, please take a "
    "look at the training job failures by listing training jobs for the hyperparameter tuning job."
)
NOW = 0.0

log = logging.getLogger(__name__)


class Course:
    """Moves tuning jobs on."""

    def __init__(self, records: Records, training: Training, clock: Callable[[], float]) -> None:
        self._records = records
        self._training = training
        self._clock = clock
        self._past = Past(records)
        self._judged: dict[str, int] = {}

    def advance(self, arn: str) -> float | None:
        """Make one step; return when to make another, or None when a change will tell."""
        job = self._records.at(arn)
        if job is None or job.status not in LIVE:
            return None
        job = self._take_in(self._adopt(job))
        if job.status == "Stopping" or "_ending" in job.body:
            return self._wind_up(job)
        self._stop_hopeless(job)
        if self._may_launch(job):
            return self._launch(job)
        return self._deadline(job)

    def _adopt(self, job: Record) -> Record:
        """Count a training job that was started just before a crash."""
        number = int(job.body["_launched"]) + 1
        name = child_name(job, number)
        if self._records.find(KIND, name) is None:
            return job
        return self._records.change(TUNING, job.name, lambda now: _launched(now, name, number))

    def _take_in(self, job: Record) -> Record:
        """Count the training jobs that ended, and decide whether the tuning job does."""
        children = open_children(self._records, job)
        worth = {
            child.name: self._worth(job, child) for child in children if child.status not in RUNNING
        }
        known = {child.name for child in children}
        lost = [_deleted(name) for name in job.body["_open"] if name not in known]
        with self._records.transaction():
            ended = [self._marked(name, members) for name, members in worth.items()]
            return self._records.change(
                TUNING, job.name, lambda now: self._counted(now, [*ended, *lost])
            )

    def _worth(self, job: Record, child: Record) -> Json:
        """What a training job that ended is worth to the tuning job."""
        self._judged.pop(child.arn, None)
        result = outcome(child.body, plan_of(job.body, child.body).metric)
        if watched(job.body[CONFIG]):
            result[HISTORY] = self._emitted(job, child)
        return result

    def _marked(self, name: str, members: Json) -> Json:
        score = members.get(OBJECTIVE, {}).get("Value")
        return row(
            self._records.change(
                KIND, name, lambda now: replace(now.evolve(**members), score=score)
            )
        )

    def _emitted(self, job: Record, child: Record) -> list[float]:
        name = plan_of(job.body, child.body).metric
        return [each.value for each in self._training.emissions(child.name) if each.name == name]

    def _counted(self, job: Record, ended: list[Json]) -> Record:
        now, order = self._clock(), job.body["_open"]
        body, dimensions = job.body, dimensions_of(job.body)
        for child in sorted(ended, key=lambda each: order.index(each["TrainingJobName"])):
            body = taken_in(body, child, now=now, dimensions=dimensions)
        decided = ending(limits(body, dimensions), progress(body, now - job.created))
        if decided and "_ending" not in body and job.status == "InProgress":
            body = {**body, "_ending": asdict(decided)}
        return replace(job, body=body)

    def _wind_up(self, job: Record) -> float | None:
        """Wait for the training jobs that run, or stop them; then close."""
        if not job.body["_open"]:
            self._records.change(TUNING, job.name, self._closed)
            self._past.forget(job)
            return None
        if job.status == "Stopping" or job.body["_ending"]["stops_running"]:
            for child in open_children(self._records, job):
                self._stop(child)
        return self._deadline(job)

    def _closed(self, job: Record) -> Record:
        now = self._clock()
        stopped = job.status == "Stopping"
        end = {"status": "Stopped", "reason": ""} if stopped else job.body["_ending"]
        return job.evolve(
            status=end["status"],
            HyperParameterTuningJobStatus=end["status"],
            FailureReason=end["reason"] or None,
            HyperParameterTuningEndTime=now,
            LastModifiedTime=now,
            ConsumedResources={"RuntimeInSeconds": int(now - job.created)},
        )

    def _stop(self, child: Record) -> None:
        if child.status == "InProgress":
            try:
                self._training.stop_training_job(child.name)
            except Refusal:
                return  # It ended in the meantime, and its record says so.

    def _stop_hopeless(self, job: Record) -> None:
        """Stop what runs and, as of an epoch that was not judged yet, is not worth going on."""
        if not watched(job.body[CONFIG]):
            return
        finished = [each for each in self._past.finished(job) if each.loss is not None]
        running = [
            (child, self._running(job, child)) for child in open_children(self._records, job)
        ]
        for child, one in running:
            judged = self._judged.get(child.arn, 0)
            others = [each for _, each in running if each is not one]
            self._judged[child.arn] = len(one.curve)
            if len(one.curve) > judged and _hopeless(job, one, judged, finished, others):
                self._stop(child)

    def _running(self, job: Record, child: Record) -> Trial:
        turn = sign(job.body)
        curve = tuple(turn * each for each in self._emitted(job, child))
        return replace(trial(child, turn), curve=curve)

    def _may_launch(self, job: Record) -> bool:
        body = job.body
        parallel = body[CONFIG]["ResourceLimits"]["MaxParallelTrainingJobs"]
        left = body["_launched"] < body["_jobs"] and not body.get("_exhausted")
        return left and len(body["_open"]) < parallel

    def _launch(self, job: Record) -> float | None:
        """Start the next training job; the next step counts it."""
        number = int(job.body["_launched"]) + 1
        try:
            chosen = self._next(job, number)
        except EngineMissing as no:
            log.warning("The tuning job %s waits: %s", job.name, no)
            return self._clock() + LONG
        if chosen is None:
            self._records.change(TUNING, job.name, lambda now: now.evolve(_exhausted=True))
            return NOW
        plan, values = chosen
        asked = request(job.body, plan.definition, child_name(job, number), values)
        more = extras(job, plan, number, values)
        try:
            self._training.create(asked, parent=job.arn, tuning=more)
        except ResourceLimitExceeded:
            return self._clock() + PATIENCE
        except Refusal as no:
            return self._refused(job, no.message)
        self._adopt(job)
        return NOW

    def _refused(self, job: Record, message: str) -> float:
        end = {"status": "Failed", "reason": f"{REFUSED} {message}"[:1024], "stops_running": True}
        self._records.change(TUNING, job.name, lambda now: now.evolve(_ending=end))
        return NOW

    def _next(self, job: Record, number: int) -> Next | None:
        turn = sign(job.body)
        return next_trial(
            job.body,
            number,
            lambda: [*self._past.inherited(job), *self._past.finished(job)],
            lambda: [trial(each, turn) for each in open_children(self._records, job)],
        )

    def rehearse(self, job: Record) -> None:
        """Refuse a job whose training jobs would be refused."""
        for plan in plans_of(job.body):
            space = space_of(plan)
            middle = space.at([0.5] * len(space.dimensions))
            self._training.rehearse(request(job.body, plan.definition, child_name(job, 1), middle))

    def _deadline(self, job: Record) -> float | None:
        resources = job.body[CONFIG]["ResourceLimits"]
        seconds = resources.get("MaxRuntimeInSeconds")
        due = job.created + seconds if seconds else None
        return due if due is not None and due > self._clock() else None


def _hopeless(
    job: Record, one: Trial, judged: int, finished: list[Trial], running: list[Trial]
) -> bool:
    config = job.body[CONFIG]
    if config["Strategy"] != "Hyperband":
        return should_stop(one.curve, [each.curve for each in finished])
    plan = next(each for each in plans_of(job.body) if each.name == one.definition)
    peers = [each for each in (*finished, *running) if each.definition == one.definition]
    return resources_of(config, plan.static).should_stop(
        one.curve, judged, [each.curve for each in peers]
    )


def _deleted(name: str) -> Json:
    """A training job that somebody deleted before it was counted."""
    return {"TrainingJobName": name, "TrainingJobStatus": "Stopped", "ObjectiveStatus": "Failed"}


def _launched(job: Record, name: str, number: int) -> Record:
    running, pending = (
        job.body["TrainingJobStatusCounters"], job.body["ObjectiveStatusCounters"],
    )  # fmt: skip
    return job.evolve(
        _launched=number,
        _open=[*job.body["_open"], name],
        TrainingJobStatusCounters={**running, "InProgress": running["InProgress"] + 1},
        ObjectiveStatusCounters={**pending, "Pending": pending["Pending"] + 1},
    )
