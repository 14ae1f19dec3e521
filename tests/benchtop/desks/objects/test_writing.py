"""PutObject, CopyObject, DeleteObject and DeleteObjects; tags."""

from __future__ import annotations

import base64
import errno
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchtop.store.s3.shelf import Shelf

Code = Callable[[pytest.ExceptionInfo[ClientError]], str]
SAID = {
    "ContentType": "text/csv", "ContentEncoding": "gzip", "ContentLanguage": "en",
    "ContentDisposition": "inline", "CacheControl": "no-cache", "StorageClass": "STANDARD_IA",
    "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key", "Metadata": {"step": "Train 1"},
}  # fmt: skip
KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def body(s3: Any, key: str) -> bytes:
    """The bytes of an object."""
    return bytes(s3.get_object(Bucket="bucket", Key=key)["Body"].read())


def test_what_is_said_is_given_back(s3: Any) -> None:
    """
    Headers and metadata of a put come back with the object.
    """
    s3.put_object(Bucket="bucket", Key="key", Body=b"x", **SAID)
    got = s3.head_object(Bucket="bucket", Key="key")

    assert {name: got[name] for name in SAID} == SAID
    assert hashlib.md5(b"x").hexdigest() == got["ETag"].strip('"')


@settings(max_examples=40, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(key=KEYS)
def test_any_key_makes_the_round(s3: Any, key: str) -> None:
    """
    Any printable key can be put, listed, read and deleted by a real client.
    """
    s3.put_object(Bucket="bucket", Key=key, Body=key.encode())
    listed = [each["Key"] for each in s3.list_objects_v2(Bucket="bucket")["Contents"]]
    content = body(s3, key)
    s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": key}]})

    assert ([key], key.encode()) == (listed, content)
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0


@pytest.mark.parametrize("key", ["../up", "a/../b", "//a", "/a", "a/", "a//b", ".", "%2F", "a+b "])
def test_keys_that_look_like_paths(s3: Any, key: str) -> None:
    """
    A key is a text: dots and slashes in it mean nothing.
    """
    s3.put_object(Bucket="bucket", Key=key, Body=key.encode())

    assert key.encode() == body(s3, key)
    assert [key] == [each["Key"] for each in s3.list_objects(Bucket="bucket")["Contents"]]


def test_limits(s3: Any, code: Code) -> None:
    """
    A key, metadata or tags beyond S3's limits are refused with S3's code.
    """
    for request, expected in (
        ({"Key": "k" * 1025}, "KeyTooLongError"),
        ({"Key": "k", "Metadata": {"a": "b" * 3000}}, "MetadataTooLarge"),
        ({"Key": "k", "Tagging": "&".join(f"t{n}=1" for n in range(11))}, "InvalidRequest"),
        ({"Key": "k", "ACL": "public-read"}, "NotImplemented"),
        ({"Key": "k", "ObjectLockMode": "GOVERNANCE"}, "NotImplemented"),
    ):
        with pytest.raises(ClientError) as refused:
            s3.put_object(Bucket="bucket", Body=b"x", **request)
        assert expected == code(refused)


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512", "CRC32", "CRC32C", "CRC64NVME"])
def test_checksums_are_checked_and_kept(s3: Any, code: Code, algorithm: str) -> None:
    """
    A right checksum is stored and given back; a wrong one stores nothing.
    """
    right = {
        "SHA1": base64.b64encode(hashlib.sha1(b"123456789").digest()).decode(),
        "CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==",
        "SHA256": base64.b64encode(hashlib.sha256(b"123456789").digest()).decode(),
        "SHA512": base64.b64encode(hashlib.sha512(b"123456789").digest()).decode(),
        "CRC64NVME": "rosUhgp5mIg=",
    }[algorithm]  # fmt: skip
    given_sum = {f"Checksum{algorithm}": right}
    s3.put_object(Bucket="bucket", Key="right", Body=b"123456789", **given_sum)
    head = s3.head_object(Bucket="bucket", Key="right", ChecksumMode="ENABLED")
    assert right == head[f"Checksum{algorithm}"]

    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="bucket", Key="wrong", Body=b"987654321", **given_sum)
    assert code(refused) == "BadDigest"
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 1


def test_content_md5_is_checked(s3: Any, code: Code) -> None:
    """
    A Content-MD5 that is wrong, or is none, is refused.
    """
    wrong = base64.b64encode(hashlib.md5(b"y").digest()).decode()
    for given_md5, expected in ((wrong, "BadDigest"), ("eA==", "InvalidDigest")):
        with pytest.raises(ClientError) as refused:
            s3.put_object(Bucket="bucket", Key="key", Body=b"x", ContentMD5=given_md5)
        assert expected == code(refused)


def test_conditional_writes(s3: Any, code: Code) -> None:
    """
    If-None-Match creates only; If-Match replaces only what the client knows.
    """
    etag = s3.put_object(Bucket="bucket", Key="key", Body=b"1", IfNoneMatch="*")["ETag"]
    s3.put_object(Bucket="bucket", Key="key", Body=b"2", IfMatch=etag)

    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": etag}):
        with pytest.raises(ClientError) as refused:
            s3.put_object(Bucket="bucket", Key="key", Body=b"3", **condition)
        assert code(refused) == "PreconditionFailed"
    assert body(s3, "key") == b"2"


def test_one_of_many_creates(s3: Any) -> None:
    """
    Of many clients that create the same key at once, exactly one succeeds.
    """

    def create(number: int) -> bool:
        try:
            s3.put_object(Bucket="bucket", Key="lock", Body=b"%d" % number, IfNoneMatch="*")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(16))) == 1


def test_a_full_disk_is_said(s3: Any, code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    When the disk is full the client is told so, and the old object stays.
    """

    def full(_shelf: Shelf, _content: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    s3.put_object(Bucket="bucket", Key="key", Body=b"old")
    monkeypatch.setattr(Shelf, "receive", full)
    with pytest.raises(ClientError, match="disk") as refused:
        s3.put_object(Bucket="bucket", Key="key", Body=b"new")

    assert (code(refused), body(s3, "key")) == ("InsufficientStorage", b"old")


def test_copies(s3: Any) -> None:
    """
    A copy has the bytes, and the source's metadata unless the request replaces it.
    """
    s3.put_object(Bucket="bucket", Key="a b/ü", Body=b"x", Metadata={"a": "1"}, Tagging="t=1")
    source = {"Bucket": "bucket", "Key": "a b/ü"}
    copied = s3.copy_object(Bucket="bucket", Key="same", CopySource=source)
    s3.copy_object(Bucket="bucket", Key="new", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"b": "2"}, ContentType="text/plain")  # fmt: skip
    s3.put_object(Bucket="bucket", Key="a b/ü", Body=b"changed")

    assert copied["CopyObjectResult"]["ETag"] == '"9dd4e461268c8034f5c8564e155c67a6"'
    assert (
        body(s3, "same"), s3.head_object(Bucket="bucket", Key="same")["Metadata"],
    ) == (b"x", {"a": "1"})  # fmt: skip
    new = s3.head_object(Bucket="bucket", Key="new")
    assert (new["Metadata"], new["ContentType"]) == ({"b": "2"}, "text/plain")
    assert s3.get_object_tagging(Bucket="bucket", Key="same")["TagSet"] == [
        {"Key": "t", "Value": "1"}
    ]


def test_copies_that_are_refused(s3: Any, code: Code) -> None:
    """
    A copy onto itself that changes nothing, of nothing, or of another state, is refused.
    """
    s3.put_object(Bucket="bucket", Key="key", Body=b"x")
    for request, expected in (
        ({"CopySource": "bucket/key"}, "InvalidRequest"),
        ({"CopySource": "bucket/absent"}, "NoSuchKey"),
        ({"CopySource": "bucket"}, "InvalidArgument"),
        ({"CopySource": "bucket/key", "CopySourceIfMatch": "other"}, "PreconditionFailed"),
    ):
        with pytest.raises(ClientError) as refused:
            s3.copy_object(Bucket="bucket", Key="key", **request)
        assert expected == code(refused)


def test_deletions(s3: Any) -> None:
    """
    Deleting succeeds whether or not the object is there, and tells of each key.
    """
    for key in ("a", "b", "c"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"x")
    s3.delete_object(Bucket="bucket", Key="a")
    s3.delete_object(Bucket="bucket", Key="a")
    wanted = {"Objects": [{"Key": "b"}, {"Key": "absent"}]}
    told = s3.delete_objects(Bucket="bucket", Delete=wanted)
    quiet = s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "c"}], "Quiet": True})

    assert [each["Key"] for each in told["Deleted"]] == ["b", "absent"]
    assert "Deleted" not in quiet
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0


def test_a_deletion_that_fails_is_told(s3: Any) -> None:
    """
    Of many deletions those that fail are told with their code, and the others happen.
    """
    s3.put_object(Bucket="bucket", Key="a", Body=b"x")
    wanted = [{"Key": "a"}, {"Key": "b", "VersionId": "none"}]
    told = s3.delete_objects(Bucket="bucket", Delete={"Objects": wanted})

    assert [each["Key"] for each in told["Deleted"]] == ["a"]
    assert [(each["Key"], each["Code"]) for each in told["Errors"]] == [("b", "InvalidArgument")]


def test_tags(s3: Any, code: Code) -> None:
    """
    Tags are put, counted, replaced and deleted.
    """
    s3.put_object(Bucket="bucket", Key="key", Body=b"x", Tagging="a=1&b=x%20y")
    assert s3.get_object(Bucket="bucket", Key="key")["TagCount"] == 2
    tags = [{"Key": "c", "Value": ""}]
    s3.put_object_tagging(Bucket="bucket", Key="key", Tagging={"TagSet": tags})
    assert tags == s3.get_object_tagging(Bucket="bucket", Key="key")["TagSet"]
    s3.delete_object_tagging(Bucket="bucket", Key="key")
    assert s3.get_object_tagging(Bucket="bucket", Key="key")["TagSet"] == []

    with pytest.raises(ClientError) as refused:
        s3.put_object_tagging(Bucket="bucket", Key="key", Tagging={"TagSet": tags * 2})
    assert code(refused) == "InvalidTag"
