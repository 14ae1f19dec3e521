"""Multipart uploads and transfers of large files."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from benchtop.desks.objects import ObjectsDesk
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

Code = Callable[[pytest.ExceptionInfo[ClientError]], str]
Served = Callable[[Any], AbstractContextManager[str]]
PART = 5 << 20
CONTENT = bytes(range(256)) * (12 << 12)
"""12 MiB."""
CONFIG = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)


@pytest.fixture
def upload(s3: Any) -> dict[str, str]:
    """An upload under way."""
    begun = s3.create_multipart_upload(Bucket="bucket", Key="big", Metadata={"a": "1"})
    return {"Bucket": "bucket", "Key": "big", "UploadId": begun["UploadId"]}


def send(s3: Any, upload: dict[str, str], *contents: bytes) -> list[dict[str, Any]]:
    """Upload parts from number 1 on; what CompleteMultipartUpload wants of them."""
    return [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=c)["ETag"]}
        for number, c in enumerate(contents, 1)
    ]


def test_files_make_the_round(s3: Any, tmp_path: Path) -> None:
    """
    upload_file and download_file of a large file give the same bytes.
    """
    (tmp_path / "out").write_bytes(CONTENT)
    s3.upload_file(str(tmp_path / "out"), "bucket", "big", Config=CONFIG)
    s3.download_file("bucket", "big", str(tmp_path / "back"), Config=CONFIG)
    head = s3.head_object(Bucket="bucket", Key="big", PartNumber=3, ChecksumMode="ENABLED")

    assert (tmp_path / "back").read_bytes() == CONTENT
    assert (3, len(CONTENT) - 2 * PART) == (head["PartsCount"], head["ContentLength"])


def test_the_etag_is_that_of_the_parts(s3: Any, upload: dict[str, str]) -> None:
    """
    The ETag is the MD5 of the parts' MD5s and their number; the metadata is the upload's.
    """
    parts = send(s3, upload, CONTENT[:PART], b"end")
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    digests = b"".join(hashlib.md5(part).digest() for part in (CONTENT[:PART], b"end"))
    got = s3.get_object(Bucket="bucket", Key="big")

    assert f'"{hashlib.md5(digests).hexdigest()}-2"' == done["ETag"] == got["ETag"]
    assert ({"a": "1"}, CONTENT[:PART] + b"end") == (got["Metadata"], got["Body"].read())


def test_parts_may_come_again_and_be_left_out(s3: Any, upload: dict[str, str]) -> None:
    """
    The last upload of a number counts, and parts that are not named are dropped.
    """
    send(s3, upload, b"old", b"second")
    (first, *_) = send(s3, upload, b"new")
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [first]})

    assert s3.get_object(Bucket="bucket", Key="big")["Body"].read() == b"new"


def test_wrong_completions_are_refused(s3: Any, code: Code, upload: dict[str, str]) -> None:
    """
    Parts that are too small, unknown, changed or out of order make no object.
    """
    one, two = send(s3, upload, b"small", b"last")
    for parts, expected in (
        ([one, two], "EntityTooSmall"),
        ([two, one], "InvalidPartOrder"),
        ([{**one, "PartNumber": 9}], "InvalidPart"),
        ([{**one, "ETag": two["ETag"]}], "InvalidPart"),
        ([], "MalformedXML"),
    ):
        with pytest.raises(ClientError) as refused:
            s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        assert expected == code(refused)
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0


def test_an_aborted_upload_leaves_nothing(
    s3: Any, code: Code, upload: dict[str, str], objects: Objects
) -> None:
    """
    After an abort there is no upload, no object, and no file.
    """
    send(s3, upload, b"x")
    s3.abort_multipart_upload(**upload)

    with pytest.raises(ClientError) as refused:
        send(s3, upload, b"y")
    assert code(refused) == "NoSuchUpload"
    assert not list(objects.folder.glob(".uploads/*"))
    assert not list(objects.shelf.incoming.iterdir())


def test_uploads_and_parts_are_listed(s3: Any, upload: dict[str, str]) -> None:
    """
    What is under way can be listed, page by page.
    """
    send(s3, upload, b"1", b"22", b"333")
    pages = s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2})
    (listed,) = s3.list_multipart_uploads(Bucket="bucket")["Uploads"]

    assert [part["Size"] for page in pages for part in page["Parts"]] == [1, 2, 3]
    assert (upload["UploadId"], "big") == (listed["UploadId"], listed["Key"])
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="bucket", Prefix="other")


def test_part_numbers_have_limits(s3: Any, code: Code, upload: dict[str, str]) -> None:
    """
    A part is numbered from 1 to 10,000.
    """
    for number in (0, 10_001):
        with pytest.raises(ClientError) as refused:
            s3.upload_part(**upload, PartNumber=number, Body=b"x")
        assert code(refused) == "InvalidArgument"


def test_parts_may_be_copied(s3: Any, code: Code, upload: dict[str, str]) -> None:
    """
    A part can be a stretch of another object, but not one beyond its end.
    """
    s3.put_object(Bucket="bucket", Key="source", Body=b"0123456789")
    stretch = {"CopySource": "bucket/source", "CopySourceRange": "bytes=2-5", "PartNumber": 1}
    etag = s3.upload_part_copy(**upload, **stretch)["CopyPartResult"]["ETag"]
    with pytest.raises(ClientError) as refused:
        s3.upload_part_copy(**upload, **{**stretch, "CopySourceRange": "bytes=2-50"})
    parts = [{"PartNumber": 1, "ETag": etag}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    assert code(refused) == "InvalidArgument"
    assert s3.get_object(Bucket="bucket", Key="big")["Body"].read() == b"2345"


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_checksums_of_whole_and_parts(s3: Any, code: Code, algorithm: str) -> None:
    """
    A composite checksum is that of the parts' checksums; a full one is that of the bytes.
    """
    kind = "FULL_OBJECT" if algorithm == "CRC32" else "COMPOSITE"
    asked = {"Bucket": "bucket", "Key": "big"}
    begun = s3.create_multipart_upload(**asked, ChecksumAlgorithm=algorithm, ChecksumType=kind)
    upload = {**asked, "UploadId": begun["UploadId"]}
    sent = s3.upload_part(**upload, PartNumber=1, Body=b"123456789", ChecksumAlgorithm=algorithm)
    part = {"PartNumber": 1, "ETag": sent["ETag"]}
    wrong = {**part, f"Checksum{algorithm}": "AAAAAA=="}
    with pytest.raises(ClientError) as refused:
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [wrong]})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    got = s3.head_object(**asked, ChecksumMode="ENABLED")

    assert ("InvalidPart", kind) == (code(refused), got["ChecksumType"])
    value = got[f"Checksum{algorithm}"]
    assert value == "y/Q5Jg==" if kind == "FULL_OBJECT" else value.endswith("=-1")


def test_a_copy_of_a_large_object_is_one(s3: Any) -> None:
    """
    A copy of an object of parts is one part, with the MD5 of its bytes as ETag.
    """
    s3.upload_fileobj(io.BytesIO(CONTENT), "bucket", "big", Config=CONFIG)
    copied = s3.copy_object(Bucket="bucket", Key="copy", CopySource="bucket/big")

    expected = hashlib.md5(CONTENT).hexdigest()
    assert expected == copied["CopyObjectResult"]["ETag"].strip('"')
    assert s3.get_object(Bucket="bucket", Key="copy")["Body"].read() == CONTENT


def test_an_upload_goes_on_after_a_restart(
    objects: Objects, records: Records, client_of: Callable[[str], Any], served: Served
) -> None:
    """
    Parts that were acknowledged before a restart need not be sent again.
    """
    with served(ObjectsDesk(objects, records)) as url:
        client = client_of(url)
        begun = client.create_multipart_upload(Bucket="bucket", Key="big")
        upload = {"Bucket": "bucket", "Key": "big", "UploadId": begun["UploadId"]}
        first = send(client, upload, CONTENT[:PART])
        client.close()
    objects.close()
    again = Objects(objects.folder)
    with served(ObjectsDesk(again, records)) as url:
        client = client_of(url)
        etag = client.upload_part(**upload, PartNumber=2, Body=b"end")["ETag"]
        parts = [*first, {"PartNumber": 2, "ETag": etag}]
        client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        client.close()

    assert again.get("bucket", "big").size == PART + 3
    again.close()
