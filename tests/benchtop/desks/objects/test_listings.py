"""ListObjects, ListObjectsV2 and ListObjectVersions, page by page."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.store.s3.objects import Objects

Code = Callable[[pytest.ExceptionInfo[ClientError]], str]
KEYS = [
    "a", "a/1", "a/2", "a/b/1", "b", "b c/x", "b+c/x", "data/", "data/2013/01.csv",
    "data/2013/02.csv", "data/2014/01.csv", "z<&>", "ü/é",
]  # fmt: skip


@pytest.fixture
def lake(objects: Objects) -> list[str]:
    """A few objects in some folders, by their keys in order."""
    for key in KEYS:
        objects.put("bucket", key, io.BytesIO(b"x"))
    return sorted(KEYS, key=str.encode)


def listed(s3: Any, operation: str, **asked: Any) -> list[str]:
    """All names on all pages, objects and common prefixes in one order."""
    found = []
    for page in s3.get_paginator(operation).paginate(Bucket="bucket", **asked):
        names = [each["Key"] for each in page.get("Contents", page.get("Versions", []))]
        names += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        found += sorted(names, key=str.encode)
    return found


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_of_any_size_give_the_same(
    s3: Any, lake: list[str], operation: str, size: int
) -> None:
    """
    However long the pages are, every key comes once and in order.
    """
    assert lake == listed(s3, operation, PaginationConfig={"PageSize": size})


@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.usefixtures("lake")
def test_folders_of_any_page_size_are_the_same(s3: Any, operation: str, size: int) -> None:
    """
    With a delimiter the folders come once, whatever the pages.
    """
    top = ["a", "a/", "b", "b c/", "b+c/", "data/", "z<&>", "ü/"]
    below = ["data/", "data/2013/", "data/2014/"]
    pages = {"PageSize": size}

    assert top == listed(s3, operation, Delimiter="/", PaginationConfig=pages)
    assert below == listed(s3, operation, Delimiter="/", Prefix="data/", PaginationConfig=pages)


@pytest.mark.usefixtures("lake")
def test_prefix_and_start(s3: Any) -> None:
    """
    A prefix and a start narrow the listing down.
    """
    assert listed(s3, "list_objects_v2", Prefix="a/") == ["a/1", "a/2", "a/b/1"]
    assert listed(s3, "list_objects_v2", StartAfter="b c/x")[:2] == ["b+c/x", "data/"]
    assert listed(s3, "list_objects", Marker="a/1", Prefix="a/") == ["a/2", "a/b/1"]
    assert listed(s3, "list_objects_v2", Prefix="none") == []


@pytest.mark.usefixtures("lake")
def test_what_a_page_tells(s3: Any) -> None:
    """
    A page counts what it shows, and says whether and where it goes on.
    """
    page = s3.list_objects_v2(Bucket="bucket", MaxKeys=3, FetchOwner=True)
    (entry, *_) = page["Contents"]

    assert (page["KeyCount"], page["MaxKeys"], page["IsTruncated"]) == (3, 3, True)
    assert (entry["Key"], entry["Size"], entry["StorageClass"]) == ("a", 1, "STANDARD")
    assert entry["Owner"]["ID"]
    assert not s3.list_objects_v2(Bucket="bucket", MaxKeys=0)["IsTruncated"]


def test_wrong_requests_are_refused(s3: Any, code: Code) -> None:
    """
    A forged token, a negative size, and a bucket that is not there are refused.
    """
    for asked, expected in (
        ({"ContinuationToken": "?"}, "InvalidArgument"),
        ({"MaxKeys": -1}, "InvalidArgument"),
        ({"EncodingType": "other"}, "InvalidArgument"),
        ({"Bucket": "absent"}, "NoSuchBucket"),
    ):
        with pytest.raises(ClientError) as refused:
            s3.list_objects_v2(**{"Bucket": "bucket", **asked})
        assert expected == code(refused)


@pytest.mark.usefixtures("lake")
def test_a_sync_finds_nothing_to_do(s3: Any) -> None:
    """
    A client that compares names, sizes and times with what it put has nothing left to send.
    """
    before = time.time() - 60
    remote = {
        each["Key"]: each["Size"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="bucket")
        for each in page["Contents"]
        if each["LastModified"].timestamp() > before
    }

    assert dict.fromkeys(KEYS, 1) == remote


def test_ten_thousand_keys(s3: Any, objects: Objects) -> None:
    """
    Ten thousand keys in a hundred folders list completely, and the folders alone at once.
    """
    with objects.shelf.index.writing() as db:
        db.executemany(
            "INSERT INTO objects VALUES ('bucket', ?, '', '', '', 1, 'e', 0, '{}', '[]', '{}')",
            [(f"{number % 100:02}/{number:05}",) for number in range(10_000)],
        )

    assert len(s3.list_objects_v2(Bucket="bucket", Delimiter="/")["CommonPrefixes"]) == 100
    assert len(list(objects.each("bucket"))) == 10_000
    assert len(listed(s3, "list_objects_v2", Prefix="42/")) == 100
