"""Multipart uploads: parts come in any order, and become one object all at once."""

# ruff: noqa: ARG002, PLR0917 - a method's signature is the list of what it honours

from __future__ import annotations

import hashlib
from typing import Any

from benchtop.desks.objects.conditions import (
    ENCRYPTION,
    check_read,
    described,
    moment,
    permit,
    permitted,
    quoted,
    span,
    tag_set,
)
from benchtop.desks.objects.copying import source
from benchtop.desks.objects.listings import OWNER, encoder
from benchtop.desks.objects.sums import Stretch, Sums
from benchtop.door.storage import refusals
from benchtop.store.s3.objects import Objects
from benchtop.store.s3.uploads import Part, Upload, Uploads
from benchtop.wire import Json, Remembered

SMALLEST_PART = 5 << 20
LARGEST_PART = 5 << 30
MOST_PARTS = 10_000
MOST = 1000


class MultipartDesk:
    """Takes large objects in, part by part."""

    def __init__(self, objects: Objects, uploads: Uploads) -> None:
        self._objects = objects
        self._uploads = uploads

    def create_multipart_upload(
        self, asked: Json, bucket: str, key: str, acl: str | None = None,
        tagging: str | None = None, checksum_algorithm: str | None = None,
        checksum_type: str | None = None,
        cache_control: Remembered = None, content_disposition: Remembered = None,
        content_encoding: Remembered = None, content_language: Remembered = None,
        content_type: Remembered = None, expires: Remembered = None, metadata: Remembered = None,
        server_side_encryption: Remembered = None, ssekms_key_id: Remembered = None,
        bucket_key_enabled: Remembered = None, storage_class: Remembered = None,
        website_redirect_location: Remembered = None,
    ) -> Json:  # fmt: skip
        """Open an upload."""
        permitted(key, acl)
        headers = described(asked)
        sums = Sums.wanted(checksum_algorithm, checksum_type)
        upload = self._uploads.begin(bucket, key, headers | sums.notes(), tag_set(tagging))
        given = {name: headers.get(name) for name in ENCRYPTION}
        return {
            "Bucket": bucket, "Key": key, "UploadId": upload.id, **given,
            "ChecksumAlgorithm": sums.algorithm, "ChecksumType": sums.type,
        }  # fmt: skip

    def upload_part(
        self, bucket: str, key: str, upload_id: str, part_number: int, body: Any
    ) -> Json:
        """Store one part."""
        upload = self._upload(bucket, key, upload_id, part_number)
        if body.size is not None and body.size > LARGEST_PART:
            raise refusals.EntityTooLarge(None, ProposedSize=body.size, MaxSizeAllowed=LARGEST_PART)
        arrived, etag = self._objects.shelf.receive(body)
        part = self._uploads.add(upload, part_number, arrived, etag, dict(body.checksums))
        return {"ETag": quoted(part.etag), **part.headers}

    def upload_part_copy(
        self, asked: Json, bucket: str, key: str, upload_id: str, part_number: int,
        copy_source: str, copy_source_range: str | None = None,
        copy_source_if_match: str | None = None, copy_source_if_modified_since: str | None = None,
        copy_source_if_none_match: str | None = None,
        copy_source_if_unmodified_since: str | None = None,
    ) -> Json:  # fmt: skip
        """Store a stretch of another object as a part."""
        upload = self._upload(bucket, key, upload_id, part_number)
        stored, content = self._objects.open(*source(copy_source))
        with content:
            check_read(stored, asked, "CopySource")
            start, length = span(copy_source_range, stored.size) or (0, stored.size)
            if copy_source_range and f"-{start + length - 1}" not in copy_source_range:
                raise refusals.InvalidArgument(
                    f"Range specified is not valid for source object of size: {stored.size}"
                )
            content.seek(start)
            stretch = Stretch(content, length, Sums.noted(upload.headers))
            arrived, etag = self._objects.shelf.receive(stretch)
        part = self._uploads.add(upload, part_number, arrived, etag, stretch.headers())
        result = {"ETag": quoted(etag), "LastModified": moment(part.modified), **part.headers}
        return {"CopyPartResult": result}

    def complete_multipart_upload(
        self, asked: Json, bucket: str, key: str, upload_id: str,
        multipart_upload: Json | None = None, mpu_object_size: int | None = None,
        checksum_type: str | None = None, if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Json:  # fmt: skip
        """Make one object of the parts that are named."""
        upload = self._uploads.get(bucket, key, upload_id)
        parts = self._chosen(upload, (multipart_upload or {}).get("Parts") or [])
        size = sum(part.size for part in parts)
        if mpu_object_size not in (None, size):
            raise refusals.InvalidRequest(
                f"The provided 'x-amz-mp-object-size' header does not match the size: {size}."
            )
        allowed = permit(if_match, if_none_match)
        arrived = self._uploads.join(parts)
        sums = Sums.noted(upload.headers).of_object(arrived, parts)
        for name, value in sums.items():
            if asked.get(name, value) != value:
                arrived.unlink()
                raise refusals.BadDigest(f"The {name} you specified did not match: {value}.")
        digests = b"".join(bytes.fromhex(part.etag) for part in parts)
        etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
        kept = {name: value for name, value in upload.headers.items() if name[0] != "_"}
        headers = kept | sums
        self._objects.adopt(
            bucket, key, arrived, etag, headers, parts=tuple(part.size for part in parts),
            tags=upload.tags, permit=allowed,
        )  # fmt: skip
        self._uploads.close(upload.id)
        given = {name: headers.get(name) for name in ENCRYPTION}
        where = {"Location": f"/{bucket}/{key}", "Bucket": bucket, "Key": key}
        return {**where, "ETag": quoted(etag), **given, **sums}

    def abort_multipart_upload(self, bucket: str, key: str, upload_id: str) -> None:
        """Forget an upload and its parts."""
        self._uploads.close(self._uploads.get(bucket, key, upload_id).id)

    def list_parts(
        self,
        bucket: str,
        key: str,
        upload_id: str,
        max_parts: int = MOST,
        part_number_marker: int = 0,
    ) -> Json:
        """List the parts that have arrived."""
        upload = self._uploads.get(bucket, key, upload_id)
        size = min(max_parts, MOST)
        parts = self._uploads.parts(upload.id, part_number_marker, size + 1)
        sums = Sums.noted(upload.headers)
        return {
            "Bucket": bucket, "Key": key, "UploadId": upload_id, "MaxParts": size,
            "PartNumberMarker": part_number_marker, "IsTruncated": len(parts) > size,
            "NextPartNumberMarker": parts[:size][-1].number if parts[:size] else 0,
            "Parts": [_told(part) for part in parts[:size]],
            "Initiator": OWNER, "Owner": OWNER,
            "StorageClass": upload.headers.get("StorageClass", "STANDARD"),
            "ChecksumAlgorithm": sums.algorithm, "ChecksumType": sums.type,
        }  # fmt: skip

    def list_multipart_uploads(
        self,
        bucket: str,
        prefix: str = "",
        key_marker: str = "",
        upload_id_marker: str = "",
        max_uploads: int = MOST,
        encoding_type: str | None = None,
    ) -> Json:
        """List the uploads that are under way."""
        encode = encoder(encoding_type)
        marker = (key_marker, upload_id_marker) if upload_id_marker else (key_marker, "~")
        found = [
            upload
            for upload in self._uploads.open(bucket)
            if upload.key.startswith(prefix) and (upload.key, upload.id) > marker
        ]
        shown = found[: min(max_uploads, MOST)]
        more = len(found) > len(shown)
        return {
            "Bucket": bucket, "Prefix": encode(prefix), "KeyMarker": encode(key_marker),
            "UploadIdMarker": upload_id_marker, "MaxUploads": max_uploads, "IsTruncated": more,
            "EncodingType": encoding_type,
            "NextKeyMarker": encode(shown[-1].key) if more and shown else None,
            "NextUploadIdMarker": shown[-1].id if more and shown else None,
            "Uploads": [_open(upload, encode(upload.key)) for upload in shown],
        }  # fmt: skip

    def _upload(self, bucket: str, key: str, upload_id: str, part_number: int) -> Upload:
        if not 1 <= part_number <= MOST_PARTS:
            raise refusals.InvalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive",
                ArgumentName="partNumber", ArgumentValue=part_number,
            )  # fmt: skip
        return self._uploads.get(bucket, key, upload_id)

    def _chosen(self, upload: Upload, wanted: list[Json]) -> list[Part]:
        """The parts that the client names, if they are what it thinks they are."""
        if not wanted:
            raise refusals.MalformedXML
        numbers = [each.get("PartNumber", 0) for each in wanted]
        if numbers != sorted(set(numbers)):
            raise refusals.InvalidPartOrder(None, UploadId=upload.id)
        arrived = {part.number: part for part in self._uploads.parts(upload.id)}
        for each in wanted:
            if not _is_meant(each, arrived.get(each["PartNumber"])):
                raise refusals.InvalidPart(
                    None, UploadId=upload.id, PartNumber=each["PartNumber"], ETag=each.get("ETag")
                )
        parts = [arrived[number] for number in numbers]
        for part in parts[:-1]:
            if part.size < SMALLEST_PART:
                raise refusals.EntityTooSmall(
                    None, ProposedSize=part.size, MinSizeAllowed=SMALLEST_PART,
                    PartNumber=part.number, ETag=part.etag,
                )  # fmt: skip
        return parts


def _is_meant(wanted: Json, part: Part | None) -> bool:
    if part is None or wanted.get("ETag", "").strip('"') != part.etag:
        return False
    sums = {name: value for name, value in wanted.items() if name.startswith("Checksum")}
    return all(part.headers.get(name, value) == value for name, value in sums.items())


def _told(part: Part) -> Json:
    return {
        "PartNumber": part.number,
        "LastModified": moment(part.modified),
        "ETag": quoted(part.etag),
        "Size": part.size,
        **part.headers,
    }


def _open(upload: Upload, key: str) -> Json:
    sums = Sums.noted(upload.headers)
    return {
        "UploadId": upload.id,
        "Key": key,
        "Initiated": moment(upload.started),
        "StorageClass": upload.headers.get("StorageClass", "STANDARD"),
        "Owner": OWNER,
        "Initiator": OWNER,
        "ChecksumAlgorithm": sums.algorithm,
        "ChecksumType": sums.type,
    }
