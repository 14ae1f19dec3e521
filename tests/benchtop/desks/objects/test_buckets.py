"""Buckets, and what is remembered of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.desks.objects import ObjectsDesk
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

Code = Callable[[pytest.ExceptionInfo[ClientError]], str]
RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 3}}
GRANT = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}
TARGET = {"Id": "1", "QueueArn": "arn:aws:sqs:us-east-1:000000000000:q",
          "Events": ["s3:ObjectCreated:*"]}  # fmt: skip
PAIRS: list[tuple[str, dict[str, Any]]] = [
    ("bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"},
         "BucketKeyEnabled": True}]}}),
    ("bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [RULE]}}),
    ("bucket_tagging", {"Tagging": {"TagSet": [{"Key": "team", "Value": "a b"}]}}),
    ("bucket_cors", {"CORSConfiguration": {"CORSRules": [GRANT]}}),
    ("bucket_notification_configuration", {"NotificationConfiguration": {
        "QueueConfigurations": [TARGET], "EventBridgeConfiguration": {}}}),
    ("public_access_block", {"PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False}}),
    ("bucket_ownership_controls", {"OwnershipControls": {
        "Rules": [{"ObjectOwnership": "ObjectWriter"}]}}),
    ("bucket_logging", {"BucketLoggingStatus": {
        "LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "x"}}}),
    ("bucket_request_payment", {"RequestPaymentConfiguration": {"Payer": "Requester"}}),
    ("bucket_accelerate_configuration", {"AccelerateConfiguration": {"Status": "Enabled"}}),
    ("bucket_versioning", {"VersioningConfiguration": {"Status": "Suspended"}}),
]  # fmt: skip
ABSENT = {
    "bucket_lifecycle": "NoSuchLifecycleConfiguration",
    "bucket_policy": "NoSuchBucketPolicy",
    "bucket_tagging": "NoSuchTagSet",
    "bucket_cors": "NoSuchCORSConfiguration",
    "public_access_block": "NoSuchPublicAccessBlockConfiguration",
    "bucket_ownership_controls": "OwnershipControlsNotFoundError",
}


def test_a_bucket_comes_and_goes(s3: Any, code: Code) -> None:
    """
    A bucket is made, made again, found, listed and removed; then it is no more.
    """
    s3.create_bucket(Bucket="flights")
    s3.create_bucket(Bucket="flights")
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["bucket", "flights"]
    assert s3.head_bucket(Bucket="flights")["BucketRegion"] == "us-east-1"
    s3.delete_bucket(Bucket="flights")

    with pytest.raises(ClientError) as refused:
        s3.head_bucket(Bucket="flights")
    assert code(refused) == "404"


def test_a_bucket_of_another_region(s3: Any, code: Code) -> None:
    """
    A LocationConstraint is given back; making such a bucket again is refused.
    """
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="flights", CreateBucketConfiguration=where)

    assert s3.get_bucket_location(Bucket="flights")["LocationConstraint"] == "eu-west-1"
    assert s3.get_bucket_location(Bucket="bucket")["LocationConstraint"] in (None, "us-east-1")
    with pytest.raises(ClientError) as refused:
        s3.create_bucket(Bucket="flights", CreateBucketConfiguration=where)
    assert code(refused) == "BucketAlreadyOwnedByYou"


def test_a_full_bucket_stays(s3: Any, code: Code) -> None:
    """
    A bucket with objects cannot be removed.
    """
    s3.put_object(Bucket="bucket", Key="key", Body=b"x")

    with pytest.raises(ClientError) as refused:
        s3.delete_bucket(Bucket="bucket")
    assert code(refused) == "BucketNotEmpty"


@pytest.mark.parametrize("name", ["Upper", "a_b", "192.168.0.1", "a..b", "xn--a", "-ab"])
def test_bad_names_are_refused(s3: Any, code: Code, name: str) -> None:
    """
    A name that S3 forbids makes no bucket.
    """
    with pytest.raises(ClientError) as refused:
        s3.create_bucket(Bucket=name)
    assert code(refused) == "InvalidBucketName"


def test_another_account_is_denied(s3: Any, code: Code) -> None:
    """
    A bucket that is expected to be somebody else's is not given out.
    """
    s3.list_objects_v2(Bucket="bucket", ExpectedBucketOwner="000000000000")

    with pytest.raises(ClientError) as refused:
        s3.list_objects_v2(Bucket="bucket", ExpectedBucketOwner="111111111111")
    assert code(refused) == "AccessDenied"


@pytest.mark.parametrize("name", [name for name, _ in PAIRS])
def test_configurations_are_given_back(s3: Any, name: str) -> None:
    """
    What was put of a bucket is what get answers, member by member.
    """
    ((member, value),) = dict(PAIRS)[name].items()
    getattr(s3, f"put_{name}")(Bucket="bucket", **{member: value})
    got = getattr(s3, f"get_{name}")(Bucket="bucket")

    wanted = got.get(member) or {key: got.get(key) for key in value}
    assert value == wanted


@pytest.mark.parametrize("name", ABSENT)
def test_absent_configurations_have_their_own_error(s3: Any, code: Code, name: str) -> None:
    """
    What was taken away is answered with S3's error for it.
    """
    getattr(s3, f"delete_{name}")(Bucket="bucket")

    get = f"get_{name}_configuration" if name == "bucket_lifecycle" else f"get_{name}"
    with pytest.raises(ClientError) as refused:
        getattr(s3, get)(Bucket="bucket")
    assert ABSENT[name] == code(refused)


def test_policies_must_be_json(s3: Any, code: Code) -> None:
    """
    A policy is given back as it was put; one that is no JSON object is refused.
    """
    s3.put_bucket_policy(Bucket="bucket", Policy='{"Statement": []}')
    assert s3.get_bucket_policy(Bucket="bucket")["Policy"] == '{"Statement": []}'

    with pytest.raises(ClientError) as refused:
        s3.put_bucket_policy(Bucket="bucket", Policy="allow me")
    assert code(refused) == "MalformedPolicy"


def test_configurations_survive_and_leave_with_the_bucket(
    s3: Any, objects: Objects, records: Records
) -> None:
    """
    Another desk on the same stores remembers; a bucket that is made anew has forgotten.
    """
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    s3.put_bucket_tagging(Bucket="bucket", Tagging=tags)
    remembered = ObjectsDesk(objects, records).desks[1]
    assert tags == remembered.get_bucket_tagging("bucket")

    s3.delete_bucket(Bucket="bucket")
    s3.create_bucket(Bucket="bucket")
    assert records.get("bucket", "bucket").body.keys() == {"location"}


def test_versioning_is_refused_by_name(s3: Any, code: Code) -> None:
    """
    Versioning cannot be enabled, and the refusal says so.
    """
    assert "Status" not in s3.get_bucket_versioning(Bucket="bucket")

    with pytest.raises(ClientError, match="PutBucketVersioning is not honoured") as refused:
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    assert code(refused) == "NotImplemented"


def test_a_bucket_is_private(s3: Any, code: Code) -> None:
    """
    The owner has full control; letting the public in is refused.
    """
    s3.put_bucket_acl(Bucket="bucket", ACL="private")
    (grant,) = s3.get_bucket_acl(Bucket="bucket")["Grants"]
    assert (grant["Permission"], grant["Grantee"]["Type"]) == ("FULL_CONTROL", "CanonicalUser")

    with pytest.raises(ClientError) as refused:
        s3.put_bucket_acl(Bucket="bucket", ACL="public-read")
    assert code(refused) == "NotImplemented"
