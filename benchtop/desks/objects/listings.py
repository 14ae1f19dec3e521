"""ListObjects, ListObjectsV2 and ListObjectVersions."""

# ruff: noqa: PLR0917 - a method's signature is the list of what it honours

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

from benchtop.desks.objects.conditions import moment, quoted
from benchtop.door.storage import refusals
from benchtop.store.s3.objects import Objects
from benchtop.store.s3.stored import Page, StoredObject
from benchtop.wire import Json

MOST = 1000
OWNER = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}
"""The one owner of every bucket and object here."""


class ListingsDesk:
    """Tells which objects there are."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def list_objects_v2(
        self,
        bucket: str,
        prefix: str = "",
        delimiter: str = "",
        max_keys: int = MOST,
        start_after: str = "",
        continuation_token: str | None = None,
        fetch_owner: bool = False,
        encoding_type: str | None = None,
    ) -> Json:
        """List objects, page by page."""
        after = start_after if continuation_token is None else untoken(continuation_token)
        page = self._page(bucket, prefix, delimiter, after, max_keys)
        answer = _listing(page, bucket, prefix, delimiter, max_keys, encoding_type)
        encode = encoder(encoding_type)
        if not fetch_owner:
            for each in answer["Contents"]:
                del each["Owner"]
        return {
            **answer,
            "KeyCount": len(page),
            "StartAfter": encode(start_after) or None,
            "ContinuationToken": continuation_token,
            "NextContinuationToken": token(page.last) if page.last else None,
        }

    def list_objects(
        self,
        bucket: str,
        prefix: str = "",
        delimiter: str = "",
        max_keys: int = MOST,
        marker: str = "",
        encoding_type: str | None = None,
    ) -> Json:
        """List objects in the older way, where the marker is a key."""
        page = self._page(bucket, prefix, delimiter, marker, max_keys)
        answer = _listing(page, bucket, prefix, delimiter, max_keys, encoding_type)
        encode = encoder(encoding_type)
        following = encode(page.last) if page.last and delimiter else None
        return {**answer, "Marker": encode(marker), "NextMarker": following}

    def list_object_versions(
        self,
        bucket: str,
        prefix: str = "",
        delimiter: str = "",
        max_keys: int = MOST,
        key_marker: str = "",
        version_id_marker: str | None = None,
        encoding_type: str | None = None,
    ) -> Json:
        """List the only version that each object has, as S3 does without versioning."""
        page = self._page(bucket, prefix, delimiter, key_marker, max_keys)
        answer = _listing(page, bucket, prefix, delimiter, max_keys, encoding_type)
        encode = encoder(encoding_type)
        versions = [{**each, "VersionId": "null", "IsLatest": True} for each in answer["Contents"]]
        return {
            **answer,
            "Versions": versions,
            "KeyMarker": encode(key_marker),
            "VersionIdMarker": version_id_marker or "",
            "NextKeyMarker": encode(page.last) or None,
            "NextVersionIdMarker": "null" if page.last else None,
        }

    def _page(self, bucket: str, prefix: str, delimiter: str, after: str, limit: int) -> Page:
        if limit < 0:
            raise refusals.InvalidArgument(
                "Argument maxKeys must be an integer between 0 and 2147483647",
                ArgumentName="maxKeys", ArgumentValue=limit,
            )  # fmt: skip
        return self._objects.page(
            bucket, prefix=prefix, delimiter=delimiter, after=after, limit=min(limit, MOST)
        )


def encoder(encoding_type: str | None) -> Any:
    """How keys are written in a listing: as they are, or percent-encoded."""
    if encoding_type not in (None, "url"):
        raise refusals.InvalidArgument(
            "Invalid Encoding Method specified in Request",
            ArgumentName="encoding-type", ArgumentValue=encoding_type,
        )  # fmt: skip
    return quote if encoding_type else str


def token(last: str) -> str:
    """Where a listing goes on, as an opaque text."""
    return base64.urlsafe_b64encode(last.encode()).decode()


def untoken(text: str) -> str:
    """Where a listing goes on, from its opaque text."""
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise refusals.InvalidArgument(
            "The continuation token provided is incorrect", ArgumentName="continuation-token"
        ) from None


def _listing(
    page: Page, bucket: str, prefix: str, delimiter: str, limit: int, encoding_type: str | None
) -> Json:
    encode = encoder(encoding_type)
    return {
        "Name": bucket,
        "Prefix": encode(prefix),
        "Delimiter": encode(delimiter) or None,
        "MaxKeys": limit,
        "EncodingType": encoding_type,
        "IsTruncated": bool(page.last),
        "Contents": [{**_entry(each), "Key": encode(each.key)} for each in page.objects],
        "CommonPrefixes": [{"Prefix": encode(each)} for each in page.prefixes],
    }


def _entry(stored: StoredObject) -> Json:
    sums = [n.removeprefix("Checksum") for n in stored.headers if n.startswith("Checksum")]
    return {
        "LastModified": moment(stored.modified),
        "ETag": quoted(stored.etag),
        "Size": stored.size,
        "StorageClass": stored.headers.get("StorageClass", "STANDARD"),
        "ChecksumAlgorithm": [name for name in sums if name != "Type"] or None,
        "ChecksumType": stored.headers.get("ChecksumType"),
        "Owner": OWNER,
    }
