"""GetObject and HeadObject."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

Code = Callable[[pytest.ExceptionInfo[ClientError]], str]
RANGES = [
    ("bytes=0-3", b"0123", "bytes 0-3/10"),
    ("bytes=7-", b"789", "bytes 7-9/10"),
    ("bytes=-2", b"89", "bytes 8-9/10"),
    ("bytes=8-99", b"89", "bytes 8-9/10"),
    ("bytes=-99", b"0123456789", "bytes 0-9/10"),
]
HOUR = timedelta(hours=1)


@pytest.fixture
def etag(s3: Any) -> str:
    """The ETag of ``key``, which holds ten digits."""
    return str(s3.put_object(Bucket="bucket", Key="key", Body=b"0123456789")["ETag"])


@pytest.mark.parametrize("wanted", RANGES)
def test_ranges(s3: Any, etag: str, wanted: Any) -> None:
    """
    A range gives its bytes, says which they are, and is partial content.
    """
    text, content, told = wanted
    got = s3.get_object(Bucket="bucket", Key="key", Range=text)

    assert (content, told) == (got["Body"].read(), got["ContentRange"])
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert etag == got["ETag"]


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=10-12", "bytes=-0"])
@pytest.mark.usefixtures("etag")
def test_ranges_outside_are_refused(s3: Any, code: Code, wanted: Any) -> None:
    """
    A range without any byte is not satisfiable.
    """
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="bucket", Key="key", Range=wanted)
    assert code(refused) == "InvalidRange"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 416


@pytest.mark.parametrize("wanted", ["bytes=5-2", "lines=1-2", "bytes=a-b", "bytes=0-1,3-4"])
@pytest.mark.usefixtures("etag")
def test_ranges_that_mean_nothing_give_all(s3: Any, wanted: Any) -> None:
    """
    What is no single range of bytes is passed over, as HTTP asks.
    """
    assert len(s3.get_object(Bucket="bucket", Key="key", Range=wanted)["Body"].read()) == 10


def test_conditions_that_hold(s3: Any, etag: str) -> None:
    """
    An object is given when all conditions hold.
    """
    now = datetime.now(UTC)
    for condition in (
        {"IfMatch": etag}, {"IfNoneMatch": '"other"'}, {"IfModifiedSince": now - HOUR},
        {"IfUnmodifiedSince": now + HOUR}, {"IfMatch": etag, "IfUnmodifiedSince": now - HOUR},
    ):  # fmt: skip
        assert s3.get_object(Bucket="bucket", Key="key", **condition)["ContentLength"] == 10


def test_conditions_that_do_not_hold(s3: Any, code: Code, etag: str) -> None:
    """
    An object is not given when a condition fails: 304 if it is unchanged, else 412.
    """
    now = datetime.now(UTC)
    for condition, expected in (
        ({"IfMatch": '"other"'}, "PreconditionFailed"),
        ({"IfUnmodifiedSince": now - HOUR}, "PreconditionFailed"),
        ({"IfNoneMatch": etag}, "304"),
        ({"IfModifiedSince": now + HOUR}, "304"),
    ):
        with pytest.raises(ClientError) as refused:
            s3.get_object(Bucket="bucket", Key="key", **condition)
        assert expected == code(refused)


def test_what_is_absent(s3: Any, code: Code) -> None:
    """
    A missing key and a missing bucket have their own errors; HEAD has only the status.
    """
    for bucket, expected in (("bucket", "NoSuchKey"), ("absent", "NoSuchBucket")):
        with pytest.raises(ClientError) as refused:
            s3.get_object(Bucket=bucket, Key="absent")
        assert expected == code(refused)
        with pytest.raises(ClientError) as refused:
            s3.head_object(Bucket=bucket, Key="absent")
        assert code(refused) == "404"


@pytest.mark.usefixtures("etag")
def test_head_tells_what_get_would(s3: Any) -> None:
    """
    HEAD answers with the same headers as GET.
    """
    head, got = (
        dict(answer["ResponseMetadata"]["HTTPHeaders"])
        for answer in (
            s3.head_object(Bucket="bucket", Key="key", ChecksumMode="ENABLED"),
            s3.get_object(Bucket="bucket", Key="key"),
        )
    )

    different = ("date", "x-amz-request-id")
    assert {k: v for k, v in got.items() if k not in different} == {
        k: v for k, v in head.items() if k not in different
    }


@pytest.mark.usefixtures("etag")
def test_the_request_can_override_headers(s3: Any) -> None:
    """
    response-* in the query replaces what is stored.
    """
    got = s3.get_object(
        Bucket="bucket", Key="key", ResponseContentType="text/csv",
        ResponseContentDisposition="attachment",
    )  # fmt: skip

    assert (got["ContentType"], got["ContentDisposition"]) == ("text/csv", "attachment")


@pytest.mark.usefixtures("etag")
def test_versions_and_parts_of_a_plain_object(s3: Any, code: Code) -> None:
    """
    A plain object has the version null and one part, and no other.
    """
    assert s3.get_object(Bucket="bucket", Key="key", VersionId="null")["ContentLength"] == 10
    assert s3.head_object(Bucket="bucket", Key="key", PartNumber=1)["ContentLength"] == 10

    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="bucket", Key="key", VersionId="another")
    assert code(refused) == "InvalidArgument"
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket="bucket", Key="key", PartNumber=2)
    assert code(refused) == "InvalidPartNumber"


def test_an_empty_object(s3: Any) -> None:
    """
    An object without bytes is an object.
    """
    s3.put_object(Bucket="bucket", Key="empty")
    got = s3.get_object(Bucket="bucket", Key="empty")

    assert (got["Body"].read(), got["ContentLength"]) == (b"", 0)
    assert got["ETag"] == '"d41d8cd98f00b204e9800998ecf8427e"'
