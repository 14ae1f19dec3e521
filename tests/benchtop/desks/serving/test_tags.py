"""What tags promise."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:sagemaker:us-east-1:000000000000:model-package-group/g"


@pytest.fixture
def tagged(house: Any) -> Any:
    """A client with a resource that was created with one tag."""
    house.client.create_model_package_group(
        ModelPackageGroupName="g", Tags=[{"Key": "team", "Value": "red"}]
    )
    return house.client


def test_tags_given_at_creation_are_listed(tagged: Any) -> None:
    """ListTags shows what Create was given."""
    assert tagged.list_tags(ResourceArn=ARN)["Tags"] == [{"Key": "team", "Value": "red"}]


def test_tags_are_added_replaced_and_deleted(tagged: Any) -> None:
    """A key has one value, the last one."""
    tagged.add_tags(
        ResourceArn=ARN, Tags=[{"Key": "team", "Value": "blue"}, {"Key": "x", "Value": "1"}]
    )
    tagged.delete_tags(ResourceArn=ARN, TagKeys=["x", "never"])

    assert tagged.list_tags(ResourceArn=ARN)["Tags"] == [{"Key": "team", "Value": "blue"}]


def test_tagging_is_no_modification(house: Any, tagged: Any) -> None:
    """The time of the last modification stays what it was."""
    before = house.records.at(ARN).modified

    tagged.add_tags(ResourceArn=ARN, Tags=[{"Key": "x", "Value": "1"}])

    assert house.records.at(ARN).modified == before


def test_an_unknown_resource_is_named(tagged: Any) -> None:
    """Tags of what is not there are refused."""
    with pytest.raises(ClientError, match="Could not find resource"):
        tagged.list_tags(ResourceArn=f"{ARN}-gone")


def test_a_resource_has_fifty_tags_at_most(tagged: Any) -> None:
    """The fifty-first tag is refused, and nothing is added."""
    with pytest.raises(ClientError, match="at most 50 tags"):
        tagged.add_tags(ResourceArn=ARN, Tags=[{"Key": str(n), "Value": ""} for n in range(50)])

    assert len(tagged.list_tags(ResourceArn=ARN)["Tags"]) == 1
