from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.desks.quotas.account import Account, UnknownQuota
from benchtop.store.records import Records
from tests.benchtop.desks.quotas.conftest import CATALOGUE
from tests.benchtop.desks.tuning.tuning_bench import asked as tuning_job

ROLE = "arn:aws:iam::000000000000:role/benchtop"
LARGE = "ml.m5.large for training job usage"
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
SCRIPT = {"sagemaker_program": "a.py", "sagemaker_submit_directory": "s3://bucket/a.tar.gz"}
WORDS = (
    "The account-level service limit '{name}' is {limit} Instances, with current utilization of "
    "{used} Instances and a request delta of {delta} Instances. Please use AWS Service Quotas to "
    "request an increase for this quota. If AWS Service Quotas is not available, contact AWS "
    "support to request an increase for this quota."
)


def job(name: str = "job", **members: Any) -> Any:
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": "mine:1", "TrainingInputMode": "File", "ContainerEntrypoint": ["true"],
        },
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": RESOURCES,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **members,
    }  # fmt: skip


def processing(name: str) -> Any:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {"ImageUri": "mine:1", "ContainerEntrypoint": ["true"]},
    }


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as no:
        call(**request)
    error = no.value.response["Error"]
    return error["Code"], error["Message"]


def test_one_training_job_too_many_is_refused(hold: Any, records: Records) -> None:
    """§11: ResourceLimitExceeded in AWS's words; utilisation counts what runs; no trace is left."""
    sagemaker, _ = hold({LARGE: 1})
    sagemaker.create_training_job(**job("first"))

    said = refusal(sagemaker.create_training_job, **job("second"))

    assert said == ("ResourceLimitExceeded", WORDS.format(name=LARGE, limit=1, used=1, delta=1))
    assert records.count("training-job") == 1


def test_instances_are_free_again_when_a_job_is_over(hold: Any, records: Records) -> None:
    """§10.2: utilisation counts from Create until the job is terminal; Stopping still counts."""
    sagemaker, _ = hold({LARGE: 1})
    sagemaker.create_training_job(**job("first"))
    sagemaker.stop_training_job(TrainingJobName="first")

    refusal(sagemaker.create_training_job, **job("second"))
    records.change("training-job", "first", lambda first: first.evolve(status="Stopped"))

    sagemaker.create_training_job(**job("second"))


def test_a_raised_quota_is_enforced_at_its_new_value(hold: Any) -> None:
    """A request through Service Quotas lets through what was refused before."""
    sagemaker, quotas = hold({"L-611FA074": 0})
    refusal(sagemaker.create_training_job, **job())

    quotas.request_service_quota_increase(
        ServiceCode="sagemaker", QuotaCode="L-611FA074", DesiredValue=1
    )

    sagemaker.create_training_job(**job())


def test_spot_instances_have_quotas_of_their_own(hold: Any) -> None:
    """§10.3: spot jobs count against the spot quota of their type, and not the other."""
    sagemaker, _ = hold({LARGE: 0, "ml.m5.large for spot training job usage": 1})
    limits = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    spot = {"EnableManagedSpotTraining": True, "StoppingCondition": limits}

    sagemaker.create_training_job(**job("first", **spot))
    _, message = refusal(sagemaker.create_training_job, **job("second", **spot))

    assert "'ml.m5.large for spot training job usage' is 1 Instances" in message


def test_all_types_together_have_a_quota(sagemaker: Any) -> None:
    """§10.3: a new account has 4 instances across all training jobs."""
    types = ("ml.m5.large", "ml.m5.xlarge", "ml.c4.xlarge", "ml.c5.xlarge", "ml.m4.xlarge")
    *fitting, last = [
        job(f"job-{at}", ResourceConfig={**RESOURCES, "InstanceType": each})
        for at, each in enumerate(types)
    ]
    for each in fitting:
        sagemaker.create_training_job(**each)

    _, message = refusal(sagemaker.create_training_job, **last)

    assert "'Number of instances across all training jobs' is 4 Instances" in message


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 432_001}},
            "'Longest run time for a training job' is 432000 Seconds",
        ),
        (
            {"ResourceConfig": {**RESOURCES, "VolumeSizeInGB": 1025}},
            "'Size of EBS volume for an instance' is 1024 Gigabytes",
        ),
        (
            {"ResourceConfig": {**RESOURCES, "InstanceType": "ml.p4d.24xlarge"}},
            "'ml.p4d.24xlarge for training job usage' is 0 Instances",
        ),
    ],
)
def test_a_job_may_be_too_large_by_itself(sagemaker: Any, members: Any, words: str) -> None:
    """§2.12, §10.3: 5 days, 1,024 GB, and no accelerator in a new account."""
    assert words in refusal(sagemaker.create_training_job, **job(**members))[1]


def test_quotas_of_instances_are_off_unless_asked_for(hold: Any) -> None:
    """Without a flag or a table, an account may run whatever the machine bears."""
    sagemaker, _ = hold(enforced=False)

    for at in range(6):
        accelerated = {**RESOURCES, "InstanceType": "ml.p4d.24xlarge"}
        sagemaker.create_training_job(**job(f"job-{at}", ResourceConfig=accelerated))


def test_processing_jobs_have_quotas(hold: Any) -> None:
    """§10.3: processing instances are counted by themselves."""
    sagemaker, _ = hold({"ml.m5.large for processing job usage": 1, LARGE: 0})
    sagemaker.create_processing_job(**processing("first"))

    code, message = refusal(sagemaker.create_processing_job, **processing("second"))

    assert code == "ResourceLimitExceeded"
    assert "'ml.m5.large for processing job usage' is 1 Instances" in message


def test_a_tuning_job_asks_for_all_it_may_run_at_once(hold: Any) -> None:
    """§10.2: the delta of a tuning job is MaxParallelTrainingJobs times InstanceCount."""
    sagemaker, _ = hold({LARGE: 2})
    sagemaker.create_training_job(**job("other"))

    said = refusal(sagemaker.create_hyper_parameter_tuning_job, **tuning_job())

    assert said[1] == WORDS.format(name=LARGE, limit=2, used=1, delta=2)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 11},
            "run in parallel at once' is 10 Jobs",
        ),
        (
            {"MaxNumberOfTrainingJobs": 751, "MaxParallelTrainingJobs": 1},
            "with random search' is 750 Jobs",
        ),
    ],
)
def test_limits_of_tuning_always_hold(hold: Any, limits: Any, words: str) -> None:
    """§10.1: 10 parallel jobs and 750 in all, with or without quotas of instances."""
    sagemaker, quotas = hold(enforced=False)
    request = tuning_job(
        HyperParameterTuningJobConfig__ResourceLimits=limits,
        TrainingJobDefinition__StaticHyperParameters=SCRIPT,
    )
    assert words in refusal(sagemaker.create_hyper_parameter_tuning_job, **request)[1]

    rows = quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    for each in [row for page in rows for row in page["Quotas"] if "tuning" in row["QuotaName"]]:
        if each["Adjustable"]:
            quotas.request_service_quota_increase(
                ServiceCode="sagemaker", QuotaCode=each["QuotaCode"], DesiredValue=100
                if each["Value"] == 10 else 10_000,
            )  # fmt: skip

    sagemaker.create_hyper_parameter_tuning_job(**request)


def test_a_setting_that_names_no_quota_is_told(records: Records) -> None:
    """A table of quotas with a name that AWS does not have is refused by name."""
    with pytest.raises(UnknownQuota, match=r"There is no quota 'ml\.m5\.lagre"):
        Account(records, CATALOGUE, {"ml.m5.lagre for training job usage": 1})
