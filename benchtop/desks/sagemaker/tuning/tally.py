"""Counting: what the end of a training job changes in its tuning job. Pure."""

from __future__ import annotations

import math
import struct

from benchtop.desks.sagemaker.tuning.body import sign
from benchtop.tuner.completion import Progress, converged, improves
from benchtop.wire import Json

SHOWN = (
    "TrainingJobDefinitionName", "TrainingJobName", "TrainingJobArn", "CreationTime",
    "TrainingStartTime", "TrainingEndTime", "TrainingJobStatus", "TunedHyperParameters",
    "FailureReason", "FinalHyperParameterTuningJobObjectiveMetric", "ObjectiveStatus",
)  # fmt: skip
OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"
STALLED = "NumberOfTrainingJobsObjectiveNotImproving"
IDENTICAL = "IdenticalDataAndAlgorithm"
RETRYABLE = ("InternalServerError", "CapacityError")


def outcome(child: Json, name: str) -> Json:
    """What the tuning job adds to a training job that ended: its objective, and whether it has one.

    The last emission counts, not the best one.
    """
    value = _last(child, name)
    if value is None or child["TrainingJobStatus"] == "Failed":
        return {"ObjectiveStatus": "Failed"}
    return {"ObjectiveStatus": "Succeeded", OBJECTIVE: {"MetricName": name, "Value": value}}


def _last(child: Json, name: str) -> float | None:
    values = [
        single(each["Value"])
        for each in child.get("FinalMetricDataList") or []
        if each["MetricName"] == name
    ]
    finite = [each for each in values if math.isfinite(each)]
    return finite[-1] if finite else None


def single(value: float) -> float:
    """A number as the service keeps it, in 32 bits; infinite when it does not fit."""
    try:
        (kept,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(kept)


def taken_in(body: Json, child: Json, *, now: float, dimensions: int) -> Json:
    """The tuning job's body after one more of its training jobs has ended."""
    after = {
        **body,
        "_open": [name for name in body["_open"] if name != child["TrainingJobName"]],
        "TrainingJobStatusCounters": _moved(
            body["TrainingJobStatusCounters"], "InProgress", _counter(child)
        ),
        "ObjectiveStatusCounters": _moved(
            body["ObjectiveStatusCounters"], "Pending", child["ObjectiveStatus"]
        ),
    }
    return _judged(after, child, now, dimensions) if child.get(OBJECTIVE) else after


def _counter(child: Json) -> str:
    if child["TrainingJobStatus"] != "Failed":
        return str(child["TrainingJobStatus"])
    retryable = str(child.get("FailureReason", "")).startswith(RETRYABLE)
    return "RetryableError" if retryable else "NonRetryableError"


def _moved(counters: Json, source: str, target: str) -> Json:
    moved = {**counters, source: counters[source] - 1}
    return {**moved, target: moved[target] + 1}


def _judged(body: Json, child: Json, now: float, dimensions: int) -> Json:
    loss, best = sign(body) * child[OBJECTIVE]["Value"], best_loss(body)
    details = dict(body["TuningJobCompletionDetails"])
    details[STALLED] = 0 if improves(loss, best) else details[STALLED] + 1
    if converged(dimensions, details[STALLED]):
        details.setdefault("ConvergenceDetectedTime", now)
    after = {**body, "TuningJobCompletionDetails": details}
    shown = {name: child[name] for name in SHOWN if name in child}
    if best is None or loss < best:
        after["BestTrainingJob"] = shown
    if (overall := _overall(body)) is not None and loss < overall:
        after["OverallBestTrainingJob"] = shown
    return after


def _overall(body: Json) -> float | None:
    """The best loss of this job and its parents, where the two can be compared."""
    identical = "WarmStartConfig" in body and body["WarmStartConfig"]["WarmStartType"] == IDENTICAL
    if not identical:
        return None
    best = body.get("OverallBestTrainingJob")
    return float(sign(body) * best[OBJECTIVE]["Value"]) if best else math.inf


def best_loss(body: Json) -> float | None:
    """The loss of the best training job so far."""
    best = body.get("BestTrainingJob")
    return sign(body) * best[OBJECTIVE]["Value"] if best else None


def progress(body: Json, elapsed: float) -> Progress:
    """What has happened in the job so far."""
    counters = body["TrainingJobStatusCounters"]
    return Progress(
        elapsed=elapsed,
        launched=body["_launched"],
        running=len(body["_open"]),
        succeeded=counters["Completed"],
        failed=counters["RetryableError"] + counters["NonRetryableError"],
        best_loss=best_loss(body),
        stalled=body["TuningJobCompletionDetails"][STALLED],
        exhausted=bool(body.get("_exhausted")),
    )
