"""§2.10 to §2.14: images, data, instances, time, and the training jobs that come of them."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import ANY, CHILD, GONE, Like, Rule, accepted, refused
from tests.conformance.valid import CHANNEL, INSTANCE, ROLE, SCRIPT

TUNED = "D.HyperParameterTuningResourceConfig"
PLAIN = "D.ResourceConfig"
STOP = "D.StoppingCondition"
SPOT = "D.EnableManagedSpotTraining"
SOURCE = "D.InputDataConfig.0.DataSource.S3DataSource"
ALGORITHM = "D.AlgorithmSpecification"
LARGE = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 2}


def instead(given: Json) -> Json:
    """The change to the tuning variant of resources."""
    return {PLAIN: GONE, TUNED: given}


def _(name: str, section: str, what: str, change: Json, message: str = "", **more: Any) -> Rule:
    if message:
        return refused(name, section, what, message, change, **more)
    shows = more.pop("shows", {path: value for path, value in change.items() if value is not GONE})
    return accepted(name, section, what, shows, change, **more)


RULES: list[Rule] = [
    _("resources-both", "2.11", "ResourceConfig and the tuning variant exclude each other",
      {TUNED: INSTANCE}, "exactly one of ResourceConfig and HyperParameterTuningResourceConfig"),
    _("resources-neither", "2.11", "One of the two must be there", {PLAIN: GONE},
      "exactly one of ResourceConfig and HyperParameterTuningResourceConfig"),
    _("resources-flat", "2.11", "The tuning variant may be flat", instead(INSTANCE),
      shows={TUNED: INSTANCE, PLAIN: INSTANCE}),
    _("resources-list", "2.11", "The tuning variant may list instances; the first one is shown",
      instead({"AllocationStrategy": "Prioritized", "InstanceConfigs": [LARGE, INSTANCE]}),
      shows={f"{PLAIN}.InstanceType": "ml.m5.xlarge", f"{TUNED}.InstanceConfigs.#": 2}),
    _("resources-list-and-flat", "2.11", "Flat and listed exclude each other",
      instead(INSTANCE | {"InstanceConfigs": [LARGE]}), "needs either InstanceConfigs or"),
    _("resources-empty", "2.11", "The tuning variant says something",
      instead({"AllocationStrategy": "Prioritized"}), "needs either InstanceConfigs or"),
    _("resources-no-volume", "2.11", "Flat, all three members are needed",
      instead({"InstanceType": "ml.m5.large", "InstanceCount": 1}), "needs either InstanceConfigs"),
    _("resources-seven", "2.11", "At most six instances are listed",
      instead({"InstanceConfigs": [LARGE] * 7}), "Member must have length less than or equal to 6"),
    _("resources-partial", "2.11", "Each listed instance is complete",
      instead({"InstanceConfigs": [{"InstanceType": "ml.m5.large"}]}), "Member must not be null",
      by="boto3"),
    _("resources-strategy", "2.11", "The only AllocationStrategy is Prioritized",
      instead({"AllocationStrategy": "Cheapest", "InstanceConfigs": [LARGE]}),
      "Member must satisfy enum value set: [Prioritized]"),
    _("two-instances", "2.11", "A cluster of several instances is refused by name",
      {f"{PLAIN}.InstanceCount": 2}, "is not honoured by benchtop", by="benchtop"),
    _("instance-groups", "2.11", "Instance groups are refused by name",
      {f"{PLAIN}.InstanceGroups": [{"InstanceType": "ml.m5.large", "InstanceCount": 1,
                                    "InstanceGroupName": "g"}]},
      "ResourceConfig.InstanceGroups is not honoured", by="benchtop"),
    _("wait-without-spot", "2.12", "MaxWaitTimeInSeconds is for spot training",
      {f"{STOP}.MaxWaitTimeInSeconds": 99},
      "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to "
      "true"),
    _("spot-without-wait", "2.12", "Spot training needs MaxWaitTimeInSeconds", {SPOT: True},
      "MaxWaitTimeInSeconds"),
    _("spot-short-wait", "2.12", "MaxWait is at least MaxRuntime",
      {SPOT: True, f"{STOP}.MaxWaitTimeInSeconds": 59}, "Invalid MaxWaitTimeInSeconds."),
    _("spot-equal-wait", "2.12", "MaxWait may equal MaxRuntime",
      {SPOT: True, f"{STOP}.MaxWaitTimeInSeconds": 60}),
    _("retries", "2.13", "A RetryStrategy is accepted", {"D.RetryStrategy":
        {"MaximumRetryAttempts": 30}}),
    _("variables-48", "2.10", "48 variables are accepted",
      {"D.Environment": {f"V{n}": "" for n in range(48)}}),
    _("variables-49", "2.10", "49 variables are refused",
      {"D.Environment": {f"V{n}": "" for n in range(49)}}, "nvironment"),
    _("no-image", "2.10", "A definition has an image", {f"{ALGORITHM}.TrainingImage": GONE},
      "Exactly one of TrainingImage and AlgorithmName must be given"),
    _("image-and-name", "2.10", "Image and algorithm's name exclude each other",
      {f"{ALGORITHM}.AlgorithmName": "mine"},
      "Exactly one of TrainingImage and AlgorithmName must be given"),
    _("marketplace", "2.10", "An algorithm of the marketplace is refused by name",
      {f"{ALGORITHM}.TrainingImage": GONE, f"{ALGORITHM}.AlgorithmName": "mine"},
      "AlgorithmSpecification.AlgorithmName is not honoured", by="benchtop"),
    _("pipe", "2.10", "Pipe mode is refused by name", {f"{ALGORITHM}.TrainingInputMode": "Pipe"},
      "TrainingInputMode Pipe is not honoured by benchtop", by="benchtop"),
    _("fast-file", "2.10", "FastFile is accepted", {f"{ALGORITHM}.TrainingInputMode": "FastFile"}),
    _("image-unknown", "2.10", "An image for which nothing stands in is refused by name",
      {f"{ALGORITHM}.TrainingImage": "strange:1"}, "No environment stands in for the image",
      by="benchtop"),
    _("no-archive", "8", "A script without its archive is refused",
      {"D.StaticHyperParameters": {"sagemaker_program": "train.py"}}, "sagemaker_submit_directory"),
    _("data-missing", "11", "Data must be there", {f"{SOURCE}.S3Uri": "s3://bucket/nothing"},
      'No S3 objects found under S3 URL "s3://bucket/nothing" given in input data source. Please '
      "ensure that the bucket exists in the selected region (us-east-1), that objects exist under "
      f'that S3 prefix, and that the role "{ROLE}" has "s3:ListBucket" permissions on bucket '
      '"bucket".'),
    _("bucket-missing", "11", "The data's bucket must be there",
      {f"{SOURCE}.S3Uri": "s3://nowhere/data"}, "No S3 objects found under S3 URL"),
    _("data-prefix", "6.2", "A prefix need not end at a folder",
      {f"{SOURCE}.S3Uri": "s3://bucket/da"}),
    _("no-data", "2.10", "A definition may have no data", {"D.InputDataConfig": GONE}, shows={}),
    _("channel-twice", "6.2", "A channel is named once", {"D.InputDataConfig": [CHANNEL, CHANNEL]},
      "The channel train is given more than once."),
    _("augmented", "6.2", "Augmented manifests are refused by name",
      {f"{SOURCE}.S3DataType": "AugmentedManifestFile"}, "is not honoured", by="benchtop"),
    _("record-io", "6.2", "RecordIO wrappers are refused by name",
      {"D.InputDataConfig.0.RecordWrapperType": "RecordIO"}, "is not honoured", by="benchtop"),
    _("gzip", "6.2", "Compressed channels are refused by name",
      {"D.InputDataConfig.0.CompressionType": "Gzip"}, "is not honoured", by="benchtop"),
    _("checkpoints", "2.12", "A place for checkpoints is accepted",
      {"D.CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"}}),
    _("checkpoints-outside", "2.12", "Checkpoints outside /opt/ml are refused by name",
      {"D.CheckpointConfig": {"S3Uri": "s3://bucket/c", "LocalPath": "/tmp/c"}},
      "CheckpointConfig.LocalPath outside /opt/ml is not honoured", by="benchtop"),
    _("vpc", "2.10", "A VPC is remembered", {"D.VpcConfig":
        {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}}),
]  # fmt: skip

ONE = {"L.MaxNumberOfTrainingJobs": 1, "L.MaxParallelTrainingJobs": 1}


def _child(name: str, what: str, shows: Json, change: Json | None = None) -> Rule:
    """A rule of what DescribeTrainingJob shows of a tuning job's first training job."""
    return accepted(name, "2.14", what, shows, ONE | (change or {}), after=("work",), ask=CHILD)


CHILDREN: list[Rule] = [
    _child("child-name", "A child is called after its tuning job, with a number and a hash",
           {"TrainingJobName": Like("job-001-[0-9a-f]{8}")}),
    _child("child-parent", "A child knows its tuning job", {"TuningJobArn":
        "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/job"}),
    _child("child-values", "A child has static and tuned values and the injected one",
           {"HyperParameters": {**SCRIPT, "epochs": "9", "x": "0.5",
                                "_tuning_objective_metric": "loss"}},
           {"R.ContinuousParameterRanges": [{"Name": "x", "MinValue": "0.5", "MaxValue": "0.5"}]}),
    _child("child-plain", "Integers are written as plain digits",
           {"HyperParameters.n": "1000000"}, {"R.IntegerParameterRanges":
            [{"Name": "n", "MinValue": "1000000", "MaxValue": "1000000"}]}),
    _child("child-small", "Continuous values have no exponent down to 1e-5",
           {"HyperParameters.s": "0.00002"}, {"R.ContinuousParameterRanges":
            [{"Name": "s", "MinValue": "2e-5", "MaxValue": "2e-5"}]}),
    _child("child-category", "A category is passed on unchanged",
           {"HyperParameters.c": '"sgd"'}, {"R.CategoricalParameterRanges":
            [{"Name": "c", "Values": ['"sgd"']}]}),
    _child("child-quoted", "The injected metric is quoted where the script's name is",
           {"HyperParameters._tuning_objective_metric": '"loss"'},
           {"D.StaticHyperParameters.sagemaker_program": '"train.py"'}),
    _child("child-copies", "Role, time and resources are the definition's",
           {"RoleArn": ROLE, "StoppingCondition.MaxRuntimeInSeconds": 60,
            "ResourceConfig": INSTANCE}),
    _child("child-environment", "Variables are the definition's", {"Environment": {"A": "1"}},
           {"D.Environment": {"A": "1"}}),
    _child("child-metrics", "Metric definitions are the definition's",
           {"AlgorithmSpecification.MetricDefinitions.0.Name": "loss"}),
    _child("child-resources", "A child has the first of the listed instances",
           {"ResourceConfig.InstanceType": "ml.m5.xlarge"},
           instead({"InstanceConfigs": [LARGE, INSTANCE]})),
    _child("child-times", "A child has its times", {"TrainingStartTime": ANY,
                                                   "TrainingEndTime": ANY}),
]  # fmt: skip
RULES += CHILDREN
