"""§3.1 to §3.3: what DescribeHyperParameterTuningJob shows."""

from __future__ import annotations

from tests.conformance.rule import (
    ANY,
    CHILD,
    CREATE,
    DESCRIBE,
    GONE,
    Like,
    Rule,
    Same,
    accepted,
    refused,
)
from tests.conformance.valid import SCRIPT, X

STATUS = "HyperParameterTuningJobStatus"
JOBS, OBJECTIVES = "TrainingJobStatusCounters", "ObjectiveStatusCounters"
BEST = "BestTrainingJob"
FINAL = f"{BEST}.FinalHyperParameterTuningJobObjectiveMetric"
NONE = {
    "Completed": 0, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0,
}  # fmt: skip
POINT = {"R.ContinuousParameterRanges": [X | {"MinValue": "0.1", "MaxValue": "0.1"}],
         "L.MaxNumberOfTrainingJobs": 1}  # fmt: skip
RAN, HELD = ("work",), ("jobs hold", "work")


def _begun(name: str, what: str, shows: dict[str, object], section: str = "3.2") -> Rule:
    return accepted(name, section, what, shows)


def _ran(name: str, what: str, shows: dict[str, object], **more: object) -> Rule:
    return accepted(name, "3.2", what, shows, after=RAN, **more)  # type: ignore[arg-type]


RULES: list[Rule] = [
    _begun("begins-in-progress", "A job is in progress at once", {STATUS: "InProgress"}, "3.1"),
    _begun("begins-at-zero", "All counters are shown, zeros included",
           {JOBS: NONE, OBJECTIVES: {"Succeeded": 0, "Pending": 0, "Failed": 0}}),
    _begun("begins-without-end", "What runs has no end and no reason",
           {"HyperParameterTuningEndTime": GONE, "FailureReason": GONE, BEST: GONE}),
    _begun("times-shown", "Creation and last modification are shown",
           {"CreationTime": ANY, "LastModifiedTime": ANY}),
    _begun("consumed-shown", "Consumed resources are shown without being asked for",
           {"ConsumedResources.RuntimeInSeconds": 0}),
    _begun("completion-shown", "Completion details are shown without criteria",
           {"TuningJobCompletionDetails.NumberOfTrainingJobsObjectiveNotImproving": 0}),
    _begun("config-echoed", "The configuration is shown as it was given",
           {"C.Strategy": "Random", "C.RandomSeed": 7, "R.ContinuousParameterRanges": [X],
            "C.HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
            "L": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2}}),
    _begun("no-definitions", "One definition is shown as one", {"TrainingJobDefinitions": GONE}),
    _begun("no-warm-start", "What was not asked for is not shown",
           {"WarmStartConfig": GONE, "Autotune": GONE, "OverallBestTrainingJob": GONE,
            "C.StrategyConfig": GONE, "C.TuningJobCompletionCriteria": GONE}),
    _begun("metric-injected", "The objective's name is injected into the static values",
           {"D.StaticHyperParameters": {**SCRIPT, "epochs": "9",
                                        "_tuning_objective_metric": "loss"}}, "3.3"),
    accepted("metric-quoted", "3.3", "It is quoted where SDK estimators quote theirs",
             {"D.StaticHyperParameters._tuning_objective_metric": '"loss"'},
             {"D.StaticHyperParameters.sagemaker_program": '"train.py"'}),
    accepted("no-static", "3.3", "Without static values it is the only one",
             {"D.StaticHyperParameters._tuning_objective_metric": '"loss"'},
             {"D.StaticHyperParameters": {name: f'"{text}"' for name, text in SCRIPT.items()}}),
    _begun("metrics-echoed", "A custom image's metrics are shown as given",
           {"D.AlgorithmSpecification.MetricDefinitions":
                [{"Name": "loss", "Regex": "loss=(.*)"}]}, "3.3"),
    _begun("early-stopping-default", "Early stopping is off unless asked for",
           {"C.TrainingJobEarlyStoppingType": "Off"}, "3.3"),
    _begun("switches-default", "Switches are shown as off",
           {"D.EnableNetworkIsolation": False, "D.EnableManagedSpotTraining": False,
            "D.EnableInterContainerTrafficEncryption": False}, "3.3"),
    _begun("all-ranges", "All three kinds of ranges are shown, even empty",
           {"R.IntegerParameterRanges": [], "R.CategoricalParameterRanges": []}, "3.3"),
    _begun("channel-defaults", "Channels show mode, compression and wrapper",
           {"D.InputDataConfig.0.InputMode": "File", "D.InputDataConfig.0.CompressionType": "None",
            "D.InputDataConfig.0.RecordWrapperType": "None"}, "3.3"),
    accepted("channel-own-mode", "3.3", "A channel's own mode stays",
             {"D.InputDataConfig.0.InputMode": "FastFile"},
             {"D.InputDataConfig.0.InputMode": "FastFile"}),
    _begun("no-algorithm-name", "An image's job has no AlgorithmName",
           {"D.AlgorithmSpecification.AlgorithmName": GONE}, "3.3"),
    _begun("kms-empty", "A missing key is shown as an empty one",
           {"D.OutputDataConfig.KmsKeyId": ""}, "3.3"),
    accepted("switch-on", "3.3", "A switch that is on is shown as on",
             {"D.EnableNetworkIsolation": True}, {"D.EnableNetworkIsolation": True}),
    _ran("completed", "A job that ran to its count is completed",
         {STATUS: "Completed", f"{JOBS}.Completed": 4, f"{OBJECTIVES}.Succeeded": 4}),
    _ran("end-is-last-change", "The end is the last modification",
         {"HyperParameterTuningEndTime": Same("LastModifiedTime")}),
    _ran("best", "The best training job is summarised",
         {f"{BEST}.TrainingJobName": Like("job-00[1-4]-[0-9a-f]{8}"), f"{BEST}.TrainingJobArn": ANY,
          f"{BEST}.TrainingJobStatus": "Completed", f"{BEST}.ObjectiveStatus": "Succeeded",
          f"{BEST}.CreationTime": ANY, f"{BEST}.TrainingStartTime": ANY,
          f"{BEST}.TrainingEndTime": ANY, f"{BEST}.TunedHyperParameters.x": ANY}),
    _ran("best-without-type", "Its objective has a name, and no type",
         {f"{FINAL}.MetricName": "loss", f"{FINAL}.Type": GONE}),
    _ran("best-without-job", "It does not name the tuning job", {f"{BEST}.TuningJobName": GONE}),
    _ran("best-tuned-only", "Only tuned values are summarised",
         {f"{BEST}.TunedHyperParameters.epochs": GONE}),
    accepted("objective-single", "3.3", "An objective is a 32-bit number",
             {f"{FINAL}.Value": 0.10000000149011612}, POINT, after=RAN),
    _ran("tie-first", "Of equals the first is the best",
         {f"{BEST}.TrainingJobName": Like("job-001-.*")},
         change={"R": {"CategoricalParameterRanges":
                          [{"Name": "c", "Values": ["a", "b", "c", "d"]}]}}),
    accepted("running-counted", "3.2", "What runs is counted as in progress and pending",
             {f"{JOBS}.InProgress": 2, f"{OBJECTIVES}.Pending": 2, BEST: GONE}, after=HELD),
    accepted("silent-counted", "3.2", "Completed without an objective has failed to give one",
             {STATUS: "Completed", f"{JOBS}.Completed": 4, f"{OBJECTIVES}.Failed": 4, BEST: GONE},
             after=("jobs silent", "work")),
    accepted("failed-counted", "3.2", "An algorithm's failure is not retryable",
             {f"{JOBS}.NonRetryableError": 4, f"{OBJECTIVES}.Failed": 4},
             after=("jobs fail", "work")),
    accepted("faults-counted", "3.2", "An internal failure is retryable",
             {f"{JOBS}.RetryableError": 4, f"{JOBS}.NonRetryableError": 0},
             after=("jobs fail", "reason InternalServerError: We encountered an internal error.",
                    "work")),
    accepted("client-error-counted", "6.9", "A ClientError is not retryable",
             {f"{JOBS}.NonRetryableError": 4},
             after=("jobs fail", "reason ClientError: No data.", "work")),
    accepted("child-tags", "2.1", "Tags of the tuning job are copied to its training jobs",
             {"Tags": [{"Key": "team", "Value": "b"}]}, {"Tags": [{"Key": "team", "Value": "b"}]},
             after=RAN, ask=CHILD),
    refused("unknown-described", "11", "An unknown job is not described",
            "Amazon SageMaker can't find a tuning job called nobody. Type another name.",
            {"N": "nobody"}, code="ResourceNotFound", operation=DESCRIBE),
    refused("name-syntax-described", "1.2", "A name that cannot be is not looked for",
            "failed to satisfy constraint: Member must satisfy regular expression pattern",
            {"N": "no_body"}, operation=DESCRIBE),
    accepted("described-in-any-case", "2.1", "A name is found in any case", {"N": "job"},
             {"N": "JOB"}, operation=DESCRIBE, before=((CREATE, {}),)),
]  # fmt: skip
