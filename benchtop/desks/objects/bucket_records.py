"""One record for each bucket, with everything that was configured of it."""

from __future__ import annotations

from typing import Any

from benchtop.door.storage.refusals import StorageRefusal
from benchtop.store.records import Record, Records
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json

KIND = "bucket"


class BucketRecords:
    """What is kept of buckets besides their objects; survives a restart."""

    def __init__(self, objects: Objects, records: Records) -> None:
        self._objects = objects
        self._records = records

    def keep(self, bucket: str, name: str, value: Any) -> None:
        """Remember *value* under a name; None says that it was taken away."""
        self._objects.require(bucket)
        wrapped: Json = {name: {"value": value}}
        with self._records.transaction():
            if self._records.find(KIND, bucket):
                self._records.change(KIND, bucket, lambda record: record.evolve(**wrapped))
            else:
                arn = f"arn:aws:s3:::{bucket}"
                self._records.add(Record(kind=KIND, name=bucket, arn=arn, body=wrapped))

    def kept(self, bucket: str, name: str, otherwise: Any = None) -> Any:
        """What was last kept under a name; *otherwise* if nothing ever was."""
        self._objects.require(bucket)
        record = self._records.find(KIND, bucket)
        wrapped = record.body.get(name) if record else None
        return wrapped["value"] if wrapped else otherwise

    def needed(
        self, bucket: str, name: str, absent: type[StorageRefusal], otherwise: Any = None
    ) -> Any:
        """What is kept under a name, or S3's error for there being none."""
        value = self.kept(bucket, name, otherwise)
        if value is None:
            raise absent(None, BucketName=bucket)
        return value

    def forget(self, bucket: str) -> None:
        """Forget everything of a bucket."""
        self._records.remove(KIND, bucket)
