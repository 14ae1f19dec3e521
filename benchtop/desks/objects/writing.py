"""PutObject, DeleteObject and DeleteObjects."""

# ruff: noqa: ARG002, PLR0917 - a method's signature is the list of what it honours

from __future__ import annotations

from typing import Any

from benchtop.desks.objects.conditions import (
    ENCRYPTION,
    described,
    permit,
    permitted,
    quoted,
    tag_set,
    this_version,
)
from benchtop.door.refusals import NotHonoured
from benchtop.door.storage import refusals
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json, Remembered

LARGEST_PUT = 5 << 30
MOST_DELETED = 1000


class WritingDesk:
    """Takes objects in, and forgets them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put_object(
        self, asked: Json, bucket: str, key: str, body: Any, acl: str | None = None,
        tagging: str | None = None, if_match: str | None = None, if_none_match: str | None = None,
        cache_control: Remembered = None, content_disposition: Remembered = None,
        content_encoding: Remembered = None, content_language: Remembered = None,
        content_type: Remembered = None, expires: Remembered = None, metadata: Remembered = None,
        server_side_encryption: Remembered = None, ssekms_key_id: Remembered = None,
        bucket_key_enabled: Remembered = None, storage_class: Remembered = None,
        website_redirect_location: Remembered = None,
    ) -> Json:  # fmt: skip
        """Store an object."""
        permitted(key, acl)
        if body.size is not None and body.size > LARGEST_PUT:
            raise refusals.EntityTooLarge(None, ProposedSize=body.size, MaxSizeAllowed=LARGEST_PUT)
        headers, tags = described(asked), tag_set(tagging)
        allowed = permit(if_match, if_none_match)
        self._objects.require(bucket)
        arrived, etag = self._objects.shelf.receive(body)
        if body.checksums:
            headers |= {**body.checksums, "ChecksumType": "FULL_OBJECT"}
        self._objects.adopt(bucket, key, arrived, etag, headers, tags=tags, permit=allowed)
        given = {name: headers.get(name) for name in ENCRYPTION}
        checked = {n: value for n, value in headers.items() if n.startswith("Checksum")}
        return {"ETag": quoted(etag), **given, **checked}

    def delete_object(
        self,
        bucket: str,
        key: str,
        version_id: str | None = None,
        if_match: str | None = None,
    ) -> None:
        """Forget an object; forgetting what is not there succeeds."""
        this_version(version_id)
        self._objects.require(bucket)
        self._objects.remove(bucket, key, permit(if_match, None) if if_match else None)

    def delete_objects(self, bucket: str, delete: Json) -> Json:
        """Forget many objects, and tell of each."""
        self._objects.require(bucket)
        wanted = delete["Objects"]
        if not 0 < len(wanted) <= MOST_DELETED:
            raise refusals.MalformedXML
        for name in {name for each in wanted for name in each} - {"Key", "VersionId", "ETag"}:
            raise NotHonoured(f"{name} of DeleteObjects is not honoured by benchtop.")
        deleted, errors = [], []
        for each in wanted:
            try:
                self.delete_object(bucket, each["Key"], each.get("VersionId"), each.get("ETag"))
                deleted.append({"Key": each["Key"]})
            except refusals.StorageRefusal as no:
                errors.append({"Key": each["Key"], "Code": no.code, "Message": no.message})
        return {"Deleted": [] if delete.get("Quiet") else deleted, "Errors": errors}
