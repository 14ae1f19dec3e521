"""§2.1, §2.2, §2.9, §4.3: names, objectives, completion criteria, Autotune."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import CREATE, GONE, Rule, accepted, refused
from tests.conformance.valid import METRIC, SCRIPT, X

OBJECTIVE = "C.HyperParameterTuningJobObjective"
CRITERIA = "C.TuningJobCompletionCriteria"
METRICS = "D.AlgorithmSpecification.MetricDefinitions"
NEEDED = (
    "A metric is required for this hyperparameter tuning job objective. Provide a metric in the "
    "metric definitions."
)
AUTO = {"Autotune": {"Mode": "Enabled"}}
WHOLE, REAL = "R.IntegerParameterRanges", "R.ContinuousParameterRanges"
BUILT_IN = {
    "D.AlgorithmSpecification": {"TrainingImage": "sagemaker-xgboost:1.7-1",
                                 "TrainingInputMode": "File"},
    f"{OBJECTIVE}.MetricName": "validation:auc",
    "R.ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}],
}  # fmt: skip


def taken(name: str) -> tuple[str, Json]:
    """A tuning job that has a name already."""
    return CREATE, {"N": name}


def hint(value: str, name: str = "max_depth") -> Json:
    """The change to Autotune with one example of a value, beside the range of x."""
    return AUTO | {"R.AutoParameters": [{"Name": name, "ValueHint": value}]}


def _auto(name: str, what: str, value: str, low: str, high: str) -> Rule:
    kind, place = (WHOLE, 0) if "." not in low else (REAL, 1)
    shown = {f"{kind}.{place}.{bound}": text for bound, text in
             (("Name", "max_depth"), ("MinValue", low), ("MaxValue", high))}  # fmt: skip
    return accepted(name, "2.9", what, {**shown, "R.AutoParameters": GONE}, hint(value))


def _criterion(name: str, what: str, given: Json, **more: Any) -> Rule:
    return accepted(name, "4.3", what, {CRITERIA: given}, {CRITERIA: given}, **more)


RULES: list[Rule] = [
    refused("name-taken", "2.15", "A name is unique",
            "A hyperparameter tuning job with the name, job, already exists. Choose a different "
            "name.", code="ResourceInUse", before=(taken("job"),)),
    refused("name-taken-in-case", "2.1", "A name is unique whatever its case",
            "with the name, job, already exists", code="ResourceInUse", before=(taken("JOB"),)),
    accepted("name-case-kept", "2.1", "A name keeps its case; its ARN is lower case",
             {"N": "MyJob", "HyperParameterTuningJobArn":
                "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/myjob"},
             {"N": "MyJob"}),
    accepted("name-reused", "3.7", "A deleted job's name is free again", {"N": "job"},
             before=(taken("job"), "work",
                     ("DeleteHyperParameterTuningJob", {"N": "job"}))),
    refused("objective-missing", "2.2", "An objective is needed with TrainingJobDefinition",
            "HyperParameterTuningJobObjective is required with TrainingJobDefinition",
            {OBJECTIVE: GONE}),
    refused("objective-undefined", "2.15", "A custom image must define the objective's metric",
            NEEDED, {f"{OBJECTIVE}.MetricName": "accuracy"}),
    refused("no-metrics", "2.15", "A custom image without metrics has no objective", NEEDED,
            {METRICS: GONE}),
    refused("objective-in-case", "2.15", "A metric's name is case sensitive", NEEDED,
            {f"{OBJECTIVE}.MetricName": "LOSS"}),
    refused("regex-broken", "2.10", "A metric's regex must compile", "",
            {METRICS: [METRIC, {"Name": "b", "Regex": "(("}]}),
    accepted("metrics-40", "2.10", "40 metric definitions are accepted",
             {f"{METRICS}.#": 40},
             {METRICS: [METRIC, *({"Name": str(n), "Regex": f"{n}=(.)"} for n in range(39))]}),
    refused("built-in-unknown", "9.3", "A built-in algorithm has its metrics, and no others",
            NEEDED, BUILT_IN | {f"{OBJECTIVE}.MetricName": "validation:luck",
                                "D.StaticHyperParameters": SCRIPT}),
    accepted("built-in-metrics", "3.3", "A built-in algorithm's metrics are filled in",
             {f"{METRICS}.#": 19, f"{METRICS}.18.Name": "ObjectiveMetric",
              f"{METRICS}.18.Regex": ".*\\[[0-9]+\\].*#011validation-auc:"
              "([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"},
             BUILT_IN | {"D.StaticHyperParameters": SCRIPT}),
    accepted("early-stopping", "4.1", "Early stopping Auto is accepted",
             {"C.TrainingJobEarlyStoppingType": "Auto"},
             {"C.TrainingJobEarlyStoppingType": "Auto"}),
    _criterion("target", "A target value is a criterion", {"TargetObjectiveMetricValue": 0.25}),
    _criterion("stagnation", "Stagnation is a criterion",
               {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}),
    _criterion("convergence", "Convergence is a criterion",
               {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}),
    _criterion("criteria-together", "Criteria can be combined",
               {"TargetObjectiveMetricValue": 0.25,
                "ConvergenceDetected": {"CompleteOnConvergence": "Disabled"}}),
    accepted("autotune-shown", "2.9", "Autotune is described", {"Autotune.Mode": "Enabled"}, AUTO),
    _auto("hint-whole", "A whole hint becomes the integers from half to double", "4", "2", "8"),
    _auto("hint-one", "A hint of 1 stays positive", "1", "1", "2"),
    _auto("hint-zero", "A hint of 0 becomes 0 and 1", "0", "0", "1"),
    _auto("hint-negative", "A negative hint stays negative", "-4", "-8", "-2"),
    _auto("hint-real", "A hint with a point becomes a continuous range", "2.5", "1.25", "5.0"),
    _auto("hint-share", "A hint less than 1 is a share or a rate", "0.8", "0.4", "1.0"),
    _auto("hint-small", "A hint may have an exponent", "2e-3", "0.001", "0.004"),
    refused("hint-text", "2.9", "A hint must be a number",
            "ValueHint [sgd] of hyperparameter [max_depth] is not a number", hint("sgd")),
    refused("hint-tuned", "2.9", "A hint for what has a range is one range too many",
            "The hyperparameter [x] has more than one range.", hint("4", "x")),
    refused("hint-static", "2.9", "A hint for what is static contradicts it",
            "The hyperparameter [epochs] is both static and tunable.", hint("4", "epochs")),
    refused("hint-alone", "2.9", "AutoParameters need Autotune",
            "AutoParameters are only supported with Autotune",
            {"R.AutoParameters": [{"Name": "a", "ValueHint": "1"}]}),
    accepted("autotune-early-stopping", "2.9", "Autotune turns early stopping on",
             {"C.TrainingJobEarlyStoppingType": "Auto"}, AUTO),
    accepted("autotune-off", "2.9", "What the request says stays as it is",
             {"C.TrainingJobEarlyStoppingType": "Off", "L.MaxNumberOfTrainingJobs": 4},
             AUTO | {"C.TrainingJobEarlyStoppingType": "Off"}),
    accepted("autotune-limits", "2.9", "Autotune chooses how many training jobs there are",
             {"L.MaxNumberOfTrainingJobs": 20}, AUTO | {"L.MaxNumberOfTrainingJobs": GONE}),
    accepted("autotune-retries", "2.9", "Autotune chooses a RetryStrategy",
             {"D.RetryStrategy.MaximumRetryAttempts": 3}, AUTO),
    accepted("autotune-convergence", "2.9", "Autotune ends on convergence",
             {f"{CRITERIA}.ConvergenceDetected.CompleteOnConvergence": "Enabled"}, AUTO),
    accepted("autotune-hyperband", "2.9", "Autotune leaves early stopping to Hyperband",
             {"C.TrainingJobEarlyStoppingType": "Off"}, AUTO | {"C.Strategy": "Hyperband"}),
    refused("autotune-nothing", "2.9", "Autotune must be told what to tune of a custom image",
            "names no hyperparameter", AUTO | {"R": GONE}),
    accepted("autotune-runs", "2.9", "A range made of a hint is searched",
             {"BestTrainingJob.TunedHyperParameters": {"n": "1"}},
             AUTO | {"R": {"AutoParameters": [{"Name": "n", "ValueHint": "0"}]},
                     "C.RandomSeed": 4, "L.MaxNumberOfTrainingJobs": 1}, after=("work",)),
    accepted("ranges-beside", "2.9", "Ranges and hints may stand beside each other",
             {f"{REAL}.0": X, f"{WHOLE}.0.Name": "max_depth"}, hint("4")),
]  # fmt: skip
