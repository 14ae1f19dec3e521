"""§6: training jobs."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import ANY, GONE, INVALID, TRAIN, Like, Rule
from tests.conformance.valid import CHANNEL, SCRIPT

HELD = ("jobs hold", (TRAIN, {}))
OVER = ((TRAIN, {}),)
NAMED = {"TrainingJobName": "one"}
STOP, DELETE, DESCRIBE = "StopTrainingJob", "DeleteTrainingJob", "DescribeTrainingJob"
UNKNOWN = "Requested resource not found."


def _(name: str, section: str, what: str, change: Json, message: str = "", **more: Any) -> Rule:
    if message:
        more.setdefault("code", INVALID)
    return Rule(
        id=f"training-{name}", section=section, what=what, operation=more.pop("operation", TRAIN),
        change=change, message=message, **more,
    )  # fmt: skip


RULES: list[Rule] = [
    _("accepted", "6.1", "A training job is accepted", {}, shows={
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:training-job/one",
        "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed"}),
    _("name-taken", "11", "A name is unique", {},
      "Training job names must be unique within an AWS account and region, and a training job with "
      "this name already exists (arn:aws:sagemaker:us-east-1:000000000000:training-job/one)",
      code="ResourceInUse", before=OVER),
    _("name-long", "6.1", "A name has at most 63 characters", {"TrainingJobName": "a" * 64},
      "Member must have length less than or equal to 63"),
    _("name-63", "6.1", "A name of 63 characters is accepted", {"TrainingJobName": "a" * 63}),
    _("name-pattern", "6.1", "A name has letters, digits and hyphens", {"TrainingJobName": "a_b"},
      "Member must satisfy regular expression pattern"),
    _("no-role", "6.1", "A role is needed", {"RoleArn": GONE}, "Member must not be null",
      by="boto3"),
    _("value-long", "6.1", "A hyperparameter's value has at most 2500 characters",
      {"HyperParameters.a": "v" * 2501},
      "at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: "
      "[Member must have length less than or equal to 2500"),
    _("no-algorithm", "6.1", "An algorithm is needed", {"AlgorithmSpecification": GONE},
      "Exactly one of TrainingImage and AlgorithmName must be given in AlgorithmSpecification."),
    _("image-and-name", "6.1", "Image and algorithm's name exclude each other",
      {"AlgorithmSpecification.AlgorithmName": "mine"}, "Exactly one of TrainingImage and"),
    _("wait-without-spot", "2.12", "MaxWaitTimeInSeconds is for spot training",
      {"StoppingCondition.MaxWaitTimeInSeconds": 60},
      "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to "
      "true"),
    _("spot", "2.12", "MaxWait may equal MaxRuntime",
      {"EnableManagedSpotTraining": True, "StoppingCondition.MaxWaitTimeInSeconds": 60},
      shows={"EnableManagedSpotTraining": True}),
    _("spot-short", "2.12", "MaxWait is at least MaxRuntime",
      {"EnableManagedSpotTraining": True, "StoppingCondition.MaxWaitTimeInSeconds": 1},
      "Invalid MaxWaitTimeInSeconds."),
    _("default-time", "2.12", "A day is the default of MaxRuntimeInSeconds",
      {"StoppingCondition": {}}, shows={"StoppingCondition.MaxRuntimeInSeconds": 86400}),
    _("data-missing", "11", "Data must be there",
      {"InputDataConfig.0.DataSource.S3DataSource.S3Uri": "s3://bucket/none"},
      'No S3 objects found under S3 URL "s3://bucket/none" given in input data source.'),
    _("channel-twice", "6.2", "A channel is named once", {"InputDataConfig": [CHANNEL, CHANNEL]},
      "The channel train is given more than once."),
    _("script-alone", "8", "A script without its archive is refused",
      {"HyperParameters": {"sagemaker_program": "train.py"}}, "sagemaker_submit_directory"),
    _("variables-101", "6.1", "At most 100 variables are set",
      {"Environment": {f"V{n}": "" for n in range(101)}},
      "Member must have length less than or equal to 100"),
    _("no-output", "6.1", "A place for output is needed", {"OutputDataConfig": GONE},
      "Member must not be null", by="boto3"),
    _("finals", "6.5", "The last value of each metric is shown", {},
      shows={"FinalMetricDataList.0.MetricName": "loss", "FinalMetricDataList.0.Value": 0.5}),
    _("failure", "6.9", "A failure tells its reason", {}, before=("jobs fail",),
      shows={"TrainingJobStatus": "Failed", "FailureReason": "AlgorithmError: , exit code: 1"}),
    _("transitions", "6.3", "Transitions begin with Starting and have messages",
      {}, shows={"SecondaryStatusTransitions.0.Status": "Starting",
                 "SecondaryStatusTransitions.0.StatusMessage": ANY,
                 "SecondaryStatusTransitions.0.EndTime": ANY}),
    _("times", "6.4", "Times are told at the end", {},
      shows={"TrainingTimeInSeconds": Like("[1-9][0-9]*"), "BillableTimeInSeconds": ANY,
             "CreationTime": ANY, "TrainingEndTime": ANY}),
    _("running", "6.4", "What runs has no end", {}, before=("jobs hold",),
      shows={"TrainingEndTime": GONE, "TrainingTimeInSeconds": GONE, "TrainingJobStatus":
             "InProgress", "SecondaryStatus": "Starting"}),
    _("unknown", "11", "An unknown job is not described", NAMED, UNKNOWN, operation=DESCRIBE),
    _("stop", "6.6", "A running job is stopped", NAMED, operation=STOP, before=HELD,
      ask=(DESCRIBE, NAMED), shows={"TrainingJobStatus": "Stopped"}),
    _("stop-unknown", "11", "An unknown job is not stopped", NAMED, UNKNOWN, operation=STOP),
    _("stop-over", "11", "A job that is over is not stopped", NAMED,
      "The request was rejected because the training job is in status Completed.", operation=STOP,
      before=OVER),
    _("delete-running", "6.6", "A running job is not deleted", NAMED, "", code="ResourceInUse",
      operation=DELETE, before=HELD),
    _("delete", "6.6", "A deleted job's name is free again", {},
      before=(*OVER, (DELETE, NAMED)), shows={"TrainingJobStatus": "Completed"}),
    _("list", "6.6", "Training jobs are listed", {}, operation="ListTrainingJobs", before=OVER,
      shows={"TrainingJobSummaries.0.TrainingJobName": "one"}),
    _("list-status", "6.6", "A status selects", {"StatusEquals": "Failed"},
      operation="ListTrainingJobs", before=OVER, shows={"TrainingJobSummaries": []}),
    _("no-hyperparameters", "6.5", "Hyperparameters that were not given are not shown",
      {"HyperParameters": GONE, "AlgorithmSpecification.ContainerEntrypoint": ["train"]},
      shows={"HyperParameters": GONE}),
    _("script", "8", "A script with its archive is accepted", {"HyperParameters": SCRIPT},
      shows={"HyperParameters": SCRIPT}),
]  # fmt: skip
