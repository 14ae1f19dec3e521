"""CopyObject: an object under another key, with its own metadata or with new."""

# ruff: noqa: ARG002, PLR0917 - a method's signature is the list of what it honours

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from benchtop.desks.objects.conditions import (
    ENCRYPTION,
    check_read,
    described,
    moment,
    permit,
    permitted,
    quoted,
    tag_set,
    this_version,
)
from benchtop.desks.objects.sums import file_sum
from benchtop.door.storage import refusals
from benchtop.door.storage.checksums import member, text
from benchtop.store.s3.objects import Objects
from benchtop.store.s3.stored import StoredObject
from benchtop.wire import Json, Remembered

DIRECTIVES = ("COPY", "REPLACE")
OWN = (*ENCRYPTION, "StorageClass")
SAME = (
    "This copy request is illegal because it is trying to copy an object to itself without "
    "changing the object's metadata, storage class, website redirect location or encryption "
    "attributes."
)


class CopyingDesk:
    """Copies objects; the bytes are shared, for they never change."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def copy_object(
        self, asked: Json, bucket: str, key: str, copy_source: str, acl: str | None = None,
        copy_source_if_match: str | None = None, copy_source_if_modified_since: str | None = None,
        copy_source_if_none_match: str | None = None,
        copy_source_if_unmodified_since: str | None = None,
        metadata_directive: str = "COPY", tagging_directive: str = "COPY",
        tagging: str | None = None, checksum_algorithm: str | None = None,
        if_match: str | None = None, if_none_match: str | None = None,
        cache_control: Remembered = None, content_disposition: Remembered = None,
        content_encoding: Remembered = None, content_language: Remembered = None,
        content_type: Remembered = None, expires: Remembered = None, metadata: Remembered = None,
        server_side_encryption: Remembered = None, ssekms_key_id: Remembered = None,
        bucket_key_enabled: Remembered = None, storage_class: Remembered = None,
        website_redirect_location: Remembered = None,
    ) -> Json:  # fmt: skip
        """Store a copy of an object."""
        permitted(key, acl)
        for directive in (metadata_directive, tagging_directive):
            if directive not in DIRECTIVES:
                raise refusals.InvalidArgument(f"Unknown directive {directive}.")
        allowed = permit(if_match, if_none_match)
        source_bucket, source_key = source(copy_source)
        self._objects.require(bucket)
        found = self._objects.get(source_bucket, source_key)
        check_read(found, asked, "CopySource")
        headers = _headers(found, asked, metadata_directive)
        if (source_bucket, source_key) == (bucket, key) and not _changes(asked, headers, found):
            raise refusals.InvalidRequest(SAME)
        found, arrived = self._objects.link(source_bucket, source_key)
        etag, sums = _sums(found, arrived, checksum_algorithm)
        headers = {n: value for n, value in headers.items() if n[:8] != "Checksum"} | sums
        tags = found.tags if tagging_directive == "COPY" else tag_set(tagging)
        stored = self._objects.adopt(bucket, key, arrived, etag, headers, tags=tags, permit=allowed)
        return {
            "CopyObjectResult": {
                "ETag": quoted(stored.etag),
                "LastModified": moment(stored.modified),
                **sums,
            }
        }


def _changes(asked: Json, headers: Json, found: StoredObject) -> bool:
    if asked.get("MetadataDirective") == "REPLACE" or asked.get("TaggingDirective") == "REPLACE":
        return True
    return any(headers.get(name) not in (None, found.headers.get(name)) for name in OWN)


def source(given: str) -> tuple[str, str]:
    """The bucket and the key of an x-amz-copy-source header."""
    path, _, version = given.partition("?versionId=")
    this_version(version or None)
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    if not key or bucket.startswith("arn:"):
        raise refusals.InvalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            ArgumentName="x-amz-copy-source", ArgumentValue=given,
        )  # fmt: skip
    return bucket, key


def _headers(found: StoredObject, asked: Json, directive: str) -> Json:
    """A copy's metadata; encryption and class are always the copy's own."""
    new = described(asked)
    if directive == "REPLACE":
        return new
    return {
        **{name: value for name, value in found.headers.items() if name not in OWN},
        **{name: value for name, value in new.items() if name in OWN},
    }


def _sums(found: StoredObject, path: Path, algorithm: str | None) -> tuple[str, dict[str, str]]:
    """A copy's ETag and checksum: of the whole, even where the source was made of parts."""
    etag = file_sum("MD5", path).hex() if found.parts else found.etag
    known = {name: value for name, value in found.headers.items() if name.startswith("Checksum")}
    if known.get("ChecksumType") == "COMPOSITE":
        algorithm = algorithm or next(n for n in known if n != "ChecksumType")[len("Checksum") :]
    if algorithm is None:
        return etag, known
    return etag, {member(algorithm): text(file_sum(algorithm, path)), "ChecksumType": "FULL_OBJECT"}
