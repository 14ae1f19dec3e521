"""What the model registry promises."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
SPECIFICATION = {"Containers": [{"Image": "any:1", "ModelDataUrl": "s3://bucket/m.tar.gz"}],
                 "SupportedContentTypes": ["text/csv"]}  # fmt: skip


@pytest.fixture
def registry(house: Any) -> Any:
    """A client of a registry with one group, ``g``."""
    house.client.create_model_package_group(ModelPackageGroupName="g")
    return house.client


def register(registry: Any, **members: Any) -> str:
    request = {"ModelPackageGroupName": "g", "InferenceSpecification": SPECIFICATION, **members}
    return str(registry.create_model_package(**request)["ModelPackageArn"])


def test_versions_count_from_one_and_are_not_given_twice(registry: Any) -> None:
    """A deleted version's number stays unused."""
    register(registry)
    second = register(registry)
    registry.delete_model_package(ModelPackageName=second)

    third = register(registry)

    assert second == f"{ARN}:model-package/g/2"
    assert third == f"{ARN}:model-package/g/3"


def test_a_version_is_described_as_registered(registry: Any) -> None:
    """DescribeModelPackage echoes what was registered, complete at once, waiting for approval."""
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json",
                                               "S3Uri": "s3://bucket/m.json"}}}  # fmt: skip
    arn = register(registry, ModelMetrics=metrics, CustomerMetadataProperties={"data": "d1"})

    described = registry.describe_model_package(ModelPackageName=arn)

    assert described["InferenceSpecification"] == SPECIFICATION
    assert described["ModelMetrics"] == metrics
    assert described["ModelPackageVersion"] == 1
    assert described["ModelPackageStatus"] == "Completed"
    assert described["ModelApprovalStatus"] == "PendingManualApproval"


def test_an_update_changes_what_it_names(registry: Any) -> None:
    """Approval and notes change; what is not named stays."""
    arn = register(registry, CustomerMetadataProperties={"a": "1", "b": "2"})

    registry.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good",
        CustomerMetadataProperties={"c": "3"}, CustomerMetadataPropertiesToRemove=["a"],
    )  # fmt: skip
    described = registry.describe_model_package(ModelPackageName=arn)

    assert described["ModelApprovalStatus"] == "Approved"
    assert described["ApprovalDescription"] == "good"
    assert described["CustomerMetadataProperties"] == {"b": "2", "c": "3"}
    assert described["InferenceSpecification"] == SPECIFICATION


def test_the_newest_approved_version_is_found(registry: Any) -> None:
    """ListModelPackages filters by group and approval, and sorts by creation."""
    arns = [register(registry, ModelApprovalStatus=status)
            for status in ("Approved", "Approved", "Rejected")]  # fmt: skip

    found = registry.list_model_packages(
        ModelPackageGroupName="g", ModelApprovalStatus="Approved",
        SortBy="CreationTime", SortOrder="Descending", MaxResults=1,
    )  # fmt: skip

    assert [each["ModelPackageArn"] for each in found["ModelPackageSummaryList"]] == [arns[1]]
    assert "NextToken" in found


def test_a_package_may_stand_alone(registry: Any) -> None:
    """A named package has no version, and is listed apart from those of groups."""
    register(registry)
    registry.create_model_package(ModelPackageName="alone", InferenceSpecification=SPECIFICATION)

    alone = registry.list_model_packages()["ModelPackageSummaryList"]
    both = registry.list_model_packages(ModelPackageType="Both")["ModelPackageSummaryList"]

    assert [each["ModelPackageName"] for each in alone] == ["alone"]
    assert len(both) == 2
    assert "ModelPackageVersion" not in registry.describe_model_package(ModelPackageName="alone")


def test_a_repeated_client_token_registers_once(registry: Any) -> None:
    """The same request with the same token is the same version."""
    first = register(registry, ClientToken="once")

    assert register(registry, ClientToken="once") == first


def test_a_group_with_versions_is_kept(registry: Any) -> None:
    """Only an empty group can be deleted."""
    arn = register(registry)
    with pytest.raises(registry.exceptions.ConflictException):
        registry.delete_model_package_group(ModelPackageGroupName="g")
    registry.delete_model_package(ModelPackageName=arn)

    registry.delete_model_package_group(ModelPackageGroupName="g")

    with pytest.raises(ClientError, match=r"ModelPackageGroup .*g does not exist"):
        registry.describe_model_package_group(ModelPackageGroupName="g")


def test_a_group_is_found_by_its_arn(registry: Any) -> None:
    """A group's ARN names it wherever its name does, and a group is made once."""
    described = registry.describe_model_package_group(
        ModelPackageGroupName=f"{ARN}:model-package-group/g"
    )

    assert described["ModelPackageGroupStatus"] == "Completed"
    assert (
        registry.list_model_package_groups()["ModelPackageGroupSummaryList"][0][
            "ModelPackageGroupName"
        ]
        == "g"
    )
    with pytest.raises(ClientError, match="already exists"):
        registry.create_model_package_group(ModelPackageGroupName="g")


def test_policies_are_remembered(registry: Any) -> None:
    """A group's policy is given back until it is deleted."""
    registry.put_model_package_group_policy(ModelPackageGroupName="g", ResourcePolicy="{}")
    policy = registry.get_model_package_group_policy(ModelPackageGroupName="g")

    registry.delete_model_package_group_policy(ModelPackageGroupName="g")

    assert policy["ResourcePolicy"] == "{}"
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        registry.get_model_package_group_policy(ModelPackageGroupName="g")


def test_a_batch_tells_what_is_missing(registry: Any) -> None:
    """BatchDescribeModelPackage answers for each ARN by itself."""
    arn, gone = register(registry), f"{ARN}:model-package/g/9"

    answer = registry.batch_describe_model_package(ModelPackageArnList=[arn, gone])

    assert list(answer["ModelPackageSummaries"]) == [arn]
    assert answer["BatchDescribeModelPackageErrorMap"][gone]["ErrorCode"] == "ValidationException"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ModelPackageGroupName": "none"}, "does not exist"),
        ({"ModelPackageName": "too"}, "Cannot determine which one to use"),
        ({"ValidationSpecification": {"ValidationRole": "arn:aws:iam::000000000000:role/r",
                                      "ValidationProfiles": []}}, "ValidationSpecification"),
    ],
)  # fmt: skip
def test_bad_registrations_are_refused(registry: Any, change: dict[str, Any], message: str) -> None:
    """A registration that contradicts itself or the registry is refused with a sentence."""
    with pytest.raises(ClientError, match=message):
        register(registry, **change)
