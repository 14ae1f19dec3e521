from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

PARALLEL = "L-11294128"
CODES = {
    "ml.m5.large for training job usage": "L-611FA074",
    "ml.m5.xlarge for training job usage": "L-CCE2AFA6",
    "ml.m5.large for spot training job usage": "L-29688C85",
    "ml.g4dn.xlarge for spot training job usage": "L-944F78BB",
    "Number of instances across all training jobs": "L-00C91CB5",
    "Maximum number of instances per training job": "L-622CFD70",
    "Longest run time for a training job": "L-33A961FD",
}


def listed(quotas: Any, operation: str = "list_service_quotas", **asked: Any) -> list[Any]:
    pages = quotas.get_paginator(operation).paginate(ServiceCode="sagemaker", **asked)
    member = "RequestedQuotas" if "history" in operation else "Quotas"
    return [each for page in pages for each in page[member]]


def test_known_quotas_have_their_real_codes(quotas: Any) -> None:
    """§10.3: a client finds a quota by its exact name, under AWS's code."""
    found = {each["QuotaName"]: each for each in listed(quotas)}

    assert {name: found[name]["QuotaCode"] for name in CODES} == CODES
    assert found["ml.m5.xlarge for training job usage"]["Value"] == 30
    arn = "arn:aws:servicequotas:us-east-1:000000000000:sagemaker/L-611FA074"
    assert found["ml.m5.large for training job usage"]["QuotaArn"] == arn
    assert found["Number of instances across all training jobs"]["UsageMetric"]["MetricDimensions"][
        "Resource"
    ] == ("training-job/total_instance_count")


def test_codes_that_are_not_known_are_made_and_say_so(quotas: Any) -> None:
    """Every quota has a code of its own of AWS's form; made ones are told by Description."""
    found = listed(quotas)

    assert all(re.fullmatch("L-[0-9A-F]{8}", each["QuotaCode"]) for each in found)
    assert len({each["QuotaCode"] for each in found}) == len(found)
    unsaid = {each["QuotaName"] for each in found if "Description" not in each}
    assert unsaid >= set(CODES)
    assert "ml.c5.xlarge for training job usage" not in unsaid


def test_pages_join_to_the_whole(quotas: Any) -> None:
    """§10.4: pages of any size have every quota once, in one order."""
    whole = [each["QuotaCode"] for each in listed(quotas)]
    small = [each["QuotaCode"] for each in listed(quotas, PaginationConfig={"PageSize": 97})]

    assert small == whole
    assert len(whole) > 1000


def test_one_quota_can_be_read(quotas: Any) -> None:
    """§10.4: GetServiceQuota and GetAWSDefaultServiceQuota answer by code; a list may be of one."""
    asked = {"ServiceCode": "sagemaker", "QuotaCode": PARALLEL}

    applied, default = (
        quotas.get_service_quota(**asked)["Quota"],
        quotas.get_aws_default_service_quota(**asked)["Quota"],
    )

    assert (applied["Value"], default["Value"]) == (10, 10)
    assert applied["ServiceName"] == "Amazon SageMaker"
    assert quotas.list_service_quotas(**asked)["Quotas"] == [applied]
    assert default in listed(quotas, "list_aws_default_service_quotas")


def test_a_raised_quota_keeps_its_default(quotas: Any, hold: Any) -> None:
    """A request is PENDING, then APPROVED; the value holds at once, and after a restart."""
    asked = {"ServiceCode": "sagemaker", "QuotaCode": PARALLEL}
    change = quotas.request_service_quota_increase(**asked, DesiredValue=100)["RequestedQuota"]

    again = hold()[1]

    assert change["Status"] == "PENDING"
    assert again.get_service_quota(**asked)["Quota"]["Value"] == 100
    assert again.get_aws_default_service_quota(**asked)["Quota"]["Value"] == 10
    told = again.get_requested_service_quota_change(RequestId=change["Id"])["RequestedQuota"]
    assert (told["Status"], told["DesiredValue"]) == ("APPROVED", 100)


def test_requests_are_remembered(quotas: Any) -> None:
    """§10.1: more than AWS ever grants is DENIED; the history has each request."""
    asked = {"ServiceCode": "sagemaker", "QuotaCode": PARALLEL}
    for value in (50, 101):
        quotas.request_service_quota_increase(**asked, DesiredValue=value)
    by_quota = "list_requested_service_quota_change_history_by_quota"

    found = listed(quotas, by_quota, QuotaCode=PARALLEL)

    assert {each["DesiredValue"]: each["Status"] for each in found} == {
        50: "APPROVED",
        101: "DENIED",
    }
    assert listed(quotas, by_quota, QuotaCode="L-33A961FD") == []
    denied = listed(quotas, "list_requested_service_quota_change_history", Status="DENIED")
    assert [each["DesiredValue"] for each in denied] == [101]
    assert quotas.get_service_quota(**asked)["Quota"]["Value"] == 50


@pytest.mark.parametrize(
    ("operation", "asked", "code"),
    [
        ("get_service_quota", {"QuotaCode": "L-00000000"}, "NoSuchResourceException"),
        ("get_aws_default_service_quota", {"QuotaCode": "L-0"}, "NoSuchResourceException"),
        (
            "get_service_quota",
            {"QuotaCode": PARALLEL, "ServiceCode": "ec2"},
            "NoSuchResourceException",
        ),
        ("list_service_quotas", {"ServiceCode": "ec2"}, "NoSuchResourceException"),
        ("list_service_quotas", {"NextToken": "forged"}, "InvalidPaginationTokenException"),
        ("list_service_quotas", {"MaxResults": 101}, "ValidationException"),
        (
            "request_service_quota_increase",
            {"QuotaCode": PARALLEL, "DesiredValue": 10},
            "IllegalArgumentException",
        ),
        (
            "get_service_quota",
            {"QuotaCode": PARALLEL, "ContextId": "arn:aws:x"},
            "ValidationException",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(
    quotas: Any, operation: str, asked: Any, code: str
) -> None:
    """§10.4: unknown quotas, other services, forged tokens and senseless requests have a code."""
    with pytest.raises(ClientError) as no:
        getattr(quotas, operation)(**{"ServiceCode": "sagemaker", **asked})

    assert no.value.response["Error"]["Code"] == code


def test_some_quotas_cannot_be_raised(quotas: Any) -> None:
    """§10.1: 100 concurrent tuning jobs, and 750 jobs of all strategies but Random, are final."""
    fixed = [
        each for each in listed(quotas) if not each["Adjustable"] and "tuning" in each["QuotaName"]
    ]

    assert {each["Value"] for each in fixed} == {100, 750}
    with pytest.raises(ClientError, match="IllegalArgumentException"):
        quotas.request_service_quota_increase(
            ServiceCode="sagemaker", QuotaCode=fixed[0]["QuotaCode"], DesiredValue=10_000
        )


def test_an_unknown_request_is_told(quotas: Any) -> None:
    """GetRequestedServiceQuotaChange knows the requests that were made."""
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        quotas.get_requested_service_quota_change(RequestId="abcdef")
