from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

CHANNEL = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data/train"}},
}
FILE = {"TrainingInputMode": "File"}
LEARN = FILE | {"TrainingImage": "x/sagemaker-scikit-learn:1"}
SERVERLESS = {
    "BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/x/Model/y/1.0.0",
    "JobType": "FineTuning",
}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"InputDataConfig": [CHANNEL]}, 'No S3 objects found under S3 URL "s3://buck'),
        ({"InputDataConfig": [CHANNEL | {"InputMode": "Pipe"}]}, "InputMode Pipe is not honoured"),
        ({"InputDataConfig": [CHANNEL, CHANNEL]}, "channel train is given more than once"),
        ({"ResourceConfig": {"InstanceCount": 2}}, "InstanceCount greater than 1 is not honoured"),
        ({"StoppingCondition": {"MaxWaitTimeInSeconds": 9}}, "only supported when Enable"),
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
        ({"HyperParameters": {}, "AlgorithmSpecification": LEARN}, "brings no training script"),
        ({"OutputDataConfig": {"S3OutputPath": "bucket/x"}}, "outputDataConfig.s3OutputPath"),
        ({"metrics": [{"Name": "m", "Regex": "("}]}, "regex of the metric definition 'm'"),
        ({"ServerlessJobConfig": SERVERLESS}, "ServerlessJobConfig of CreateTrainingJob is not"),
        ({"AlgorithmSpecification": FILE}, "Exactly one of TrainingImage and AlgorithmName"),
        ({"AlgorithmSpecification": FILE | {"AlgorithmName": "a"}}, "AlgorithmName is not"),
        ({"AlgorithmSpecification": FILE | {"TrainingImage": "x/y:1"}}, '"y" = "project"'),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_at_once(
    sagemaker: Any, script: Any, members: Any, sentence: str
) -> None:
    """
    A request that AWS would refuse, or benchtop does not honour, leaves no job behind.
    """
    with pytest.raises(ClientError, match=re.escape(sentence)):
        sagemaker.create_training_job(**script(**members))

    assert sagemaker.list_training_jobs()["TrainingJobSummaries"] == []


def test_unknown_jobs_are_not_found(sagemaker: Any) -> None:
    """
    AWS says ValidationException, not ResourceNotFound.
    """
    with pytest.raises(ClientError, match="Requested resource not found") as refused:
        sagemaker.describe_training_job(TrainingJobName="nobody")

    assert refused.value.response["Error"]["Code"] == "ValidationException"
