"""§2.8: what a tuning job may inherit."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import ANY, CREATE, GONE, Rule, accepted, refused
from tests.conformance.valid import METRIC, SCRIPT, X, definition, several, warm

SAME, OTHER = "IdenticalDataAndAlgorithm", "TransferLearning"
RAN = ((CREATE, {"N": "parent"}), "work")
NAMES = (
    "The set of tunable plus static HyperParameter names is not the same across current and parent "
    "tuning jobs. Please ensure this set is constant when warm starting. Note that previously "
    "static HyperParameters can be tuned in warm start jobs and vice versa."
)
FIELDS = (
    "Only the following fields in TrainingJobDefinition are allowed to change: "
    "[algorithmSpecification, inputDataConfig, outputDataConfig, staticHyperParameters, roleArn, "
    "resourceConfig, stoppingCondition, vpcConfig, enableManagedSpotTraining, checkpointConfig]."
)
STATIC = "D.StaticHyperParameters"
LETTERS = {f"s{n}": "1" for n in range(11)}
TUNED = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
OTHER_DATA = {"D.InputDataConfig.0.DataSource.S3DataSource.S3Uri": "s3://bucket/other"}


def _warm(
    name: str, what: str, change: Json | None = None, message: str = "", *, kind: str = OTHER,
    parents: tuple[str, ...] = ("parent",), before: Any = RAN, **more: Any,
) -> Rule:  # fmt: skip
    asked = {"C.Strategy": "Bayesian", "WarmStartConfig": warm(kind, *parents)} | (change or {})
    if message:
        return refused(name, "2.8", what, message, asked, before=before, **more)
    shows = more.pop("shows", {"WarmStartConfig": asked["WarmStartConfig"]})
    return accepted(name, "2.8", what, shows, asked, before=before, **more)


def parents(count: int) -> tuple[Any, ...]:
    """So many tuning jobs that ran."""
    return (*((CREATE, {"N": f"p{n}"}) for n in range(count)), "work")


RULES: list[Rule] = [
    _warm("warm-transfer", "A job may start from another with other data"),
    _warm("warm-identical", "A job may start from another with the same data", kind=SAME),
    _warm("warm-random", "Random may start from others", {"C.Strategy": "Random"}),
    _warm("warm-random-runs", "Random with parents runs to its count",
          {"C.Strategy": "Random"}, after=("work",),
          shows={"TrainingJobStatusCounters.Completed": 4}),
    _warm("warm-five", "A job may have five parents", parents=tuple(f"p{n}" for n in range(5)),
          before=parents(5)),
    _warm("warm-six", "A job has at most five parents", None,
          "Member must have length less than or equal to 5",
          parents=tuple(f"p{n}" for n in range(6)), before=parents(6)),
    refused("warm-none", "2.8", "WarmStartConfig names at least one parent",
            "Member must have length greater than or equal to 1",
            {"WarmStartConfig": {"WarmStartType": OTHER, "ParentHyperParameterTuningJobs": []}},
            by="boto3"),
    _warm("warm-type", "WarmStartType is one of two", None,
          "Member must satisfy enum value set: [IdenticalDataAndAlgorithm, TransferLearning]",
          kind="TRANSFER_LEARNING"),
    _warm("warm-twice", "A parent is named once", None, "each named once",
          parents=("parent", "PARENT")),
    _warm("warm-unknown", "A parent must be there", None,
          "Amazon SageMaker can't find a tuning job called nobody. Type another name.",
          parents=("nobody",)),
    _warm("warm-running", "A parent must be over", None, "is in status InProgress",
          before=((CREATE, {"N": "parent"}),)),
    _warm("warm-stopped", "A stopped job may be a parent",
          before=((CREATE, {"N": "parent"}), "jobs hold", "work",
                  ("StopHyperParameterTuningJob", {"N": "parent"}), "work", "jobs run")),
    _warm("warm-failed", "A failed job may be a parent",
          before=((CREATE, {"N": "parent"}), "jobs fail", "work", "jobs run")),
    _warm("warm-grid", "A grid does not start from others", {
        "C.Strategy": "Grid", "L.MaxNumberOfTrainingJobs": 1,
        "R": {"CategoricalParameterRanges": [{"Name": "x", "Values": ["1"]}]}},
          "only supported with Bayesian and Random"),
    _warm("warm-hyperband", "Hyperband does not start from others", {"C.Strategy": "Hyperband"},
          "only supported with Bayesian and Random"),
    _warm("warm-direction", "The objective's direction stays",
          {"C.HyperParameterTuningJobObjective.Type": "Maximize"}, "The objective must be that of"),
    _warm("warm-metric", "The objective's metric stays",
          {"C.HyperParameterTuningJobObjective.MetricName": "b",
           "D.AlgorithmSpecification.MetricDefinitions": [METRIC, {"Name": "b", "Regex": "(.)"}]},
          "The objective must be that of the parent tuning job parent: Minimize loss."),
    _warm("warm-more-names", "No hyperparameter may be added", {f"{STATIC}.more": "1"}, NAMES),
    _warm("warm-fewer-names", "No hyperparameter may be left out", {STATIC: SCRIPT}, NAMES),
    _warm("warm-now-static", "A tuned hyperparameter may become static",
          {STATIC: {**SCRIPT, "x": "0.5"},
           "R": {"IntegerParameterRanges": [{"Name": "epochs", "MinValue": "1",
                                             "MaxValue": "9"}]}}),
    _warm("warm-now-tuned", "A static hyperparameter may be tuned",
          {STATIC: SCRIPT, "R.IntegerParameterRanges":
            [{"Name": "epochs", "MinValue": "1", "MaxValue": "9"}]}),
    _warm("warm-kind", "A tuned hyperparameter keeps its type",
          {"R": {"IntegerParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "9"}]}},
          "The type of hyperparameter [x] must stay what it is in the parent tuning job: "
          "Continuous."),
    _warm("warm-range", "A range may change", {"R.ContinuousParameterRanges": [
        X | {"MaxValue": "2"}]}),
    _warm("warm-scale", "A scale may change", {"R.ContinuousParameterRanges": [
        X | {"ScalingType": "Linear"}]}),
    _warm("warm-static-value", "A static value may change", {f"{STATIC}.epochs": "2"}),
    _warm("warm-11-changes", "At most ten hyperparameters change",
          {STATIC: SCRIPT | dict.fromkeys(LETTERS, "2")},
          "11 hyperparameters became static or changed their static value",
          before=((CREATE, {"N": "parent", STATIC: SCRIPT | LETTERS}), "work")),
    _warm("warm-limits", "Limits may change", {"L.MaxNumberOfTrainingJobs": 9,
                                               "L.MaxParallelTrainingJobs": 1}),
    *(
        _warm(f"warm-frozen-{name}", f"{member} must stay", {f"D.{member}": value}, FIELDS)
        for name, member, value in (
            ("environment", "Environment", {"A": "1"}),
            ("retries", "RetryStrategy", {"MaximumRetryAttempts": 1}),
            ("isolation", "EnableNetworkIsolation", True),
            ("encryption", "EnableInterContainerTrafficEncryption", True),
        )
    ),
    _warm("warm-frozen-resources", "HyperParameterTuningResourceConfig must stay",
          {"D.ResourceConfig": GONE, "D.HyperParameterTuningResourceConfig": TUNED}, FIELDS),
    _warm("warm-false-is-absent", "A switch that is off is the same as none",
          {"D.EnableNetworkIsolation": False}),
    *(
        _warm(f"warm-free-{name}", f"{path.rpartition('.')[2]} may change", {path: value})
        for name, path, value in (
            ("output", "D.OutputDataConfig.S3OutputPath", "s3://bucket/elsewhere"),
            ("role", "D.RoleArn", "arn:aws:iam::000000000000:role/other"),
            ("time", "D.StoppingCondition.MaxRuntimeInSeconds", 99),
            ("resources", "D.ResourceConfig.VolumeSizeInGB", 9),
            ("image", "D.AlgorithmSpecification.TrainingImage", "other:2"),
        )
    ),
    _warm("warm-other-data", "TransferLearning may have other data", OTHER_DATA),
    _warm("warm-same-data", "IdenticalDataAndAlgorithm has the same data", OTHER_DATA,
          "the input data and the training image must be those", kind=SAME),
    _warm("warm-same-image", "IdenticalDataAndAlgorithm has the same image",
          {"D.AlgorithmSpecification.TrainingImage": "other:1"},
          "the input data and the training image must be those", kind=SAME),
    _warm("warm-image-version", "The image's version may differ",
          {"D.AlgorithmSpecification.TrainingImage": "mine:2"}, kind=SAME),
    _warm("warm-count", "Parents' training jobs count against the quota",
          {"L.MaxNumberOfTrainingJobs": 747}, "with current utilization of 4",
          code="ResourceLimitExceeded"),
    _warm("warm-count-fits", "As many jobs as the parents leave are accepted",
          {"L.MaxNumberOfTrainingJobs": 746}),
    _warm("warm-overall", "The best of parents and own is told for the same data", kind=SAME,
          shows={"OverallBestTrainingJob.TrainingJobName": ANY,
                 "OverallBestTrainingJob.TuningJobName": "parent", "BestTrainingJob": GONE}),
    _warm("warm-no-overall", "With other data there is no overall best", after=("work",),
          shows={"OverallBestTrainingJob": GONE, "BestTrainingJob": ANY}),
    _warm("warm-several", "Several algorithms do not start from others",
          several(), "only supported when tuning a single algorithm"),
    _warm("warm-single-in-list", "A list of one definition may",
          several(definition("a"))),
    _warm("warm-parent-several", "What tuned several algorithms is no parent", None,
          "tuned several algorithms", before=((CREATE, {"N": "parent", **several()}), "work")),
]  # fmt: skip
