"""A tuning job as Describe shows it: the request, what the service adds, and zeros to count from.

Private members carry what the course of the job needs: ``_seed``, ``_engine``, ``_jobs`` (how many
to start), ``_launched`` (how many were started), ``_open`` (names of those not yet taken in).
"""

from __future__ import annotations

from copy import deepcopy

from benchtop.desks.sagemaker.tuning.plans import CONFIG, ONE, RANGES, SEVERAL, plans_of
from benchtop.tuner.completion import Limits
from benchtop.tuner.metrics import defined
from benchtop.wire import Json

INJECTED = "_tuning_objective_metric"
CHANNEL = {"CompressionType": "None", "RecordWrapperType": "None"}
SWITCHES = (
    "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining",
)  # fmt: skip
ENGINE = "_bayesian"
"""Where a job keeps what its Bayesian search computes with: ``tpe`` or ``gp``."""
FLAT = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


def new_body(asked: Json, *, arn: str, seed: int, engine: str, jobs: int) -> Json:
    """The body of a tuning job that was just accepted."""
    config = _config(asked, jobs)
    return {
        **asked,
        "HyperParameterTuningJobArn": arn,
        "HyperParameterTuningJobStatus": "InProgress",
        CONFIG: config,
        **_definitions(asked),
        "TrainingJobStatusCounters": {
            "Completed": 0, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0,
            "Stopped": 0,
        },
        "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0},
        "TuningJobCompletionDetails": {"NumberOfTrainingJobsObjectiveNotImproving": 0},
        # The two that List shows and Describe keeps inside its configuration.
        "Strategy": config["Strategy"],
        "ResourceLimits": config["ResourceLimits"],
        "_seed": seed,
        "_engine": engine,
        "_jobs": jobs,
        "_launched": 0,
        "_open": [],
    }  # fmt: skip


def _config(asked: Json, jobs: int) -> Json:
    given = asked[CONFIG]
    limits = given["ResourceLimits"]
    if given["Strategy"] == "Grid":
        limits = {**limits, "MaxNumberOfTrainingJobs": jobs}
    shown = {
        **given,
        "ResourceLimits": limits,
        "TrainingJobEarlyStoppingType": given.get("TrainingJobEarlyStoppingType") or "Off",
    }
    if ONE in asked:
        shown["ParameterRanges"] = _ranges(given.get("ParameterRanges") or {})
    return shown


def _ranges(given: Json) -> Json:
    """Ranges as SDKs index them: every kind is there, empty or not."""
    return {**given, **{name: given.get(name) or [] for name in RANGES}}


def _definitions(asked: Json) -> Json:
    plans = plans_of(asked)
    if ONE in asked:
        return {ONE: definition(plans[0].definition, plans[0].metric)}
    return {
        SEVERAL: [
            {
                **definition(each.definition, each.metric),
                "HyperParameterRanges": _ranges(each.ranges),
            }
            for each in plans
        ]
    }


def definition(given: Json, objective: str) -> Json:
    """A training job definition with what the service adds to it."""
    shown = deepcopy(given)
    static = shown.get("StaticHyperParameters") or {}
    algorithm = shown["AlgorithmSpecification"]
    algorithm["MetricDefinitions"] = defined(
        algorithm["TrainingImage"], algorithm.get("MetricDefinitions") or [], objective
    )
    shown["StaticHyperParameters"] = {**static, INJECTED: injected(static, objective)}
    shown["ResourceConfig"] = shown.get("ResourceConfig") or _resources(shown)
    shown["OutputDataConfig"] = {"KmsKeyId": "", **shown["OutputDataConfig"]}
    if channels := shown.get("InputDataConfig"):
        mode = {"InputMode": algorithm["TrainingInputMode"], **CHANNEL}
        shown["InputDataConfig"] = [{**mode, **each} for each in channels]
    return {**dict.fromkeys(SWITCHES, False), **shown}


def injected(static: Json, objective: str) -> str:
    """The objective's name as training jobs read it; quoted where the others are JSON texts.

    # AWS: observed with and without quotes; the rule is inferred.
    """
    quoted = str(static.get("sagemaker_program", "")).startswith('"')
    return f'"{objective}"' if quoted else objective


def _resources(shown: Json) -> Json:
    """What SDKs read where only the tuning variant was given; the first choice is always free."""
    tuned = shown["HyperParameterTuningResourceConfig"]
    source = (tuned.get("InstanceConfigs") or [tuned])[0]
    return {name: value for name in FLAT if (value := source.get(name, tuned.get(name)))}


def sign(body: Json) -> float:
    """What turns an objective into a loss, and back; all definitions have the same direction."""
    return -1.0 if plans_of(body)[0].objective["Type"] == "Maximize" else 1.0


def watched(config: Json) -> bool:
    """Whether training jobs are judged while they run, and must report each epoch."""
    return config["Strategy"] == "Hyperband" or config.get("TrainingJobEarlyStoppingType") == "Auto"


def limits(body: Json, dimensions: int) -> Limits:
    """What ends the job."""
    config = body[CONFIG]
    resources, criteria = config["ResourceLimits"], config.get("TuningJobCompletionCriteria") or {}
    target = criteria.get("TargetObjectiveMetricValue")
    stagnation = criteria.get("BestObjectiveNotImproving") or {}
    convergence = criteria.get("ConvergenceDetected") or {}
    return Limits(
        jobs=body["_jobs"],
        parallel=resources["MaxParallelTrainingJobs"],
        seconds=resources.get("MaxRuntimeInSeconds"),
        target_loss=None if target is None else sign(body) * target,
        stalled=stagnation.get("MaxNumberOfTrainingJobsNotImproving"),
        complete_on_convergence=convergence.get("CompleteOnConvergence") == "Enabled",
        dimensions=dimensions,
    )
