"""Valid requests, which rows of the table change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import GONE

ROLE = "arn:aws:iam::000000000000:role/benchtop"
X = {"Name": "x", "MinValue": "0", "MaxValue": "1"}
METRIC = {"Name": "loss", "Regex": "loss=(.*)"}
INSTANCE = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
SCRIPT = {
    "sagemaker_program": "train.py",
    "sagemaker_submit_directory": "s3://bucket/code.tar.gz",
}
CHANNEL: Json = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data"}},
}
ALGORITHM: Json = {
    "TrainingImage": "mine:1", "TrainingInputMode": "File", "MetricDefinitions": [METRIC],
}  # fmt: skip
DEFINITION: Json = {
    "AlgorithmSpecification": ALGORITHM,
    "RoleArn": ROLE,
    "InputDataConfig": [CHANNEL],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": INSTANCE,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "StaticHyperParameters": {**SCRIPT, "epochs": "9"},
}
TUNING: Json = {
    "HyperParameterTuningJobName": "job",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"ContinuousParameterRanges": [X]},
        "RandomSeed": 7,
    },
    "TrainingJobDefinition": DEFINITION,
}
TRAINING: Json = {
    "TrainingJobName": "one",
    **{name: value for name, value in DEFINITION.items() if name != "StaticHyperParameters"},
    "HyperParameters": {**SCRIPT, "x": "0.5"},
}


def definition(name: str, **members: Any) -> Json:
    """One of several training job definitions."""
    return {
        **deepcopy(DEFINITION),
        "DefinitionName": name,
        "TuningObjective": {"Type": "Minimize", "MetricName": "loss"},
        "HyperParameterRanges": {"ContinuousParameterRanges": [X]},
    } | members


def several(*definitions: Json) -> Json:
    """The change that makes a tuning job of one definition one of several."""
    return {
        "D": GONE,
        "C.HyperParameterTuningJobObjective": GONE,
        "R": GONE,
        "TrainingJobDefinitions": list(definitions or (definition("a"), definition("b"))),
    }


def categorical(*counts: int) -> Json:
    """Categorical ranges of so many values each."""
    return {
        "CategoricalParameterRanges": [
            {"Name": f"c{place}", "Values": [str(each) for each in range(count)]}
            for place, count in enumerate(counts)
        ]
    }


def warm(kind: str, *parents: str) -> Json:
    """The member that names parents."""
    return {
        "WarmStartType": kind,
        "ParentHyperParameterTuningJobs": [
            {"HyperParameterTuningJobName": name} for name in parents or ("parent",)
        ],
    }
