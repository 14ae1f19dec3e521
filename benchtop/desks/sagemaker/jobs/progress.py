"""How a training job's record changes while it runs: phases, times, transitions, the end."""

from __future__ import annotations

import math
import time

from benchtop.runner.jobs.training import model_uri
from benchtop.runner.jobs.work import Outcome
from benchtop.store.records import Record
from benchtop.wire import Json

MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Interrupted": "Training job interrupted",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    # AWS: unknown, the wording of the next.
    "MaxWaitTimeExceeded": "Training job wait time exceeded MaxWaitTimeInSeconds provided",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
RUNNING = ("InProgress", "Stopping")


def entered(record: Record, phase: str, now: float) -> Record:
    """The record of a job that enters a phase; entering the same one again changes nothing."""
    if record.status not in RUNNING or record.body["SecondaryStatus"] == phase:
        return record
    if phase == "Stopping":
        return stopping(record)
    if record.status == "Stopping" and phase != "Uploading":
        return record
    body: Json = {"SecondaryStatus": phase, "SecondaryStatusTransitions": moved(record, phase, now)}
    if "TrainingStartTime" not in record.body and phase != "Starting":
        body["TrainingStartTime"] = now
    return record.evolve(**body)


def moved(record: Record, phase: str, now: float) -> list[Json]:
    """The transitions, with one more: the one before ends when the next begins."""
    transitions = [dict(each) for each in record.body.get("SecondaryStatusTransitions", [])]
    if transitions:
        transitions[-1].setdefault("EndTime", now)
    last = {"Status": phase, "StartTime": now, "StatusMessage": MESSAGES.get(phase, phase)}
    return [*transitions, last]


def measured(record: Record, finals: list[Json]) -> Record:
    """The record of a job whose metrics have new values."""
    return record.evolve(FinalMetricDataList=finals) if record.status in RUNNING else record


def stopping(record: Record) -> Record:
    """The record of a running job that was asked to stop."""
    if record.status != "InProgress":
        return record
    transitions = moved(record, "Stopping", time.time())
    return record.evolve(
        status="Stopping",
        TrainingJobStatus="Stopping",
        SecondaryStatus="Stopping",
        SecondaryStatusTransitions=transitions,
    )


def ended(record: Record, outcome: Outcome, now: float) -> Record:
    """The record of a job that is over; over is over, whatever is said later."""
    if record.status not in RUNNING:
        return record
    status, secondary = outcome.status, outcome.secondary
    if record.status == "Stopping" and status == "Completed":
        status = secondary = "Stopped"
    transitions = moved(record, secondary, now)
    transitions[-1]["EndTime"] = now
    uri = model_uri(record.body) if outcome.uploaded else None
    return record.evolve(
        status=status,
        TrainingJobStatus=status,
        SecondaryStatus=secondary,
        SecondaryStatusTransitions=transitions,
        FailureReason=outcome.failure_reason if status == "Failed" else None,
        FinalMetricDataList=outcome.metrics or None,
        ModelArtifacts={"S3ModelArtifacts": uri} if uri else None,
        **times(record, transitions, now),
    )


def times(record: Record, transitions: list[Json], now: float) -> Json:
    """When training ended and what it cost; a job that never began has neither.

    # AWS: unknown, how much of a spot job is billed; here all but the time without an instance.
    """
    begun = record.body.get("TrainingStartTime")
    if begun is None:
        return {"TrainingEndTime": now}
    spot = record.body.get("EnableManagedSpotTraining")
    waited = _without_instance(transitions, begun) if spot else 0.0
    seconds = max(1, math.ceil(now - begun))
    return {
        "TrainingEndTime": now,
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": max(1, math.ceil(now - begun - waited)),
    }


def _without_instance(transitions: list[Json], begun: float) -> float:
    """Seconds after the first instance in which a job had none."""
    return sum(
        float(each["EndTime"] - each["StartTime"])
        for each in transitions
        if each["Status"] in ("Interrupted", "Starting") and each["StartTime"] >= begun
    )
