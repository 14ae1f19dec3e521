"""Buckets: made, found, listed and removed."""

from __future__ import annotations

import re

from benchtop.desks.objects.bucket_records import BucketRecords
from benchtop.desks.objects.conditions import moment
from benchtop.desks.objects.listings import OWNER, token, untoken
from benchtop.door.refusals import NotHonoured
from benchtop.door.storage import refusals
from benchtop.store.s3.objects import Objects
from benchtop.store.s3.uploads import Uploads
from benchtop.wire import Json, Remembered

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAME = re.compile(
    r"(?!xn--|sthree-)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
)
MOST = 10_000
HOME = "us-east-1"


class BucketsDesk:
    """Keeps the buckets."""

    def __init__(
        self, objects: Objects, remembered: BucketRecords, uploads: Uploads, region: str
    ) -> None:
        self._objects = objects
        self._remembered = remembered
        self._uploads = uploads
        self._region = region

    def create_bucket(
        self,
        bucket: str,
        create_bucket_configuration: Json | None = None,
        object_ownership: Remembered = None,
        acl: str | None = None,
    ) -> Json:
        """Make a bucket; in us-east-1 making it again succeeds."""
        if not NAME.fullmatch(bucket):
            raise refusals.InvalidBucketName(None, BucketName=bucket)
        if acl not in (None, "private"):
            raise NotHonoured(f"ACL {acl} of CreateBucket is not honoured by benchtop.")
        wanted = create_bucket_configuration or {}
        for name in wanted.keys() - {"LocationConstraint"}:
            raise NotHonoured(f"{name} of CreateBucket is not honoured by benchtop.")
        region = wanted.get("LocationConstraint")
        if self._objects.has_bucket(bucket):
            if region:
                raise refusals.BucketAlreadyOwnedByYou(None, BucketName=bucket)
            return {"Location": f"/{bucket}"}
        self._objects.make_bucket(bucket)
        self._remembered.keep(bucket, "location", region or HOME)
        if object_ownership:
            rules = {"Rules": [{"ObjectOwnership": object_ownership}]}
            self._remembered.keep(bucket, "ownership", rules)
        return {"Location": f"/{bucket}"}

    def head_bucket(self, bucket: str) -> Json:
        """Tell whether a bucket exists, and where."""
        self._objects.require(bucket)
        return {"BucketRegion": self._location(bucket)}

    def get_bucket_location(self, bucket: str) -> Json:
        """Tell where a bucket is; us-east-1 is told by an empty answer."""
        self._objects.require(bucket)
        region = self._location(bucket)
        return {"LocationConstraint": "" if region == HOME else region}

    def list_buckets(
        self, max_buckets: int = MOST, continuation_token: str = "", prefix: str = ""
    ) -> Json:
        """List the buckets."""
        after = untoken(continuation_token) if continuation_token else ""
        found: list[Json] = [
            {"Name": name, "CreationDate": moment(created)}
            for name, created in self._objects.buckets().items()
            if name > after and name.startswith(prefix)
        ]
        more = len(found) > max_buckets
        return {
            "Buckets": found[:max_buckets],
            "Owner": OWNER,
            "Prefix": prefix or None,
            "ContinuationToken": token(found[max_buckets - 1]["Name"]) if more else None,
        }

    def delete_bucket(self, bucket: str) -> None:
        """Remove an empty bucket, with what was configured of it and uploads under way."""
        self._objects.remove_bucket(bucket)
        self._uploads.close_all(bucket)
        self._remembered.forget(bucket)

    def _location(self, bucket: str) -> str:
        return str(self._remembered.kept(bucket, "location") or self._region)
