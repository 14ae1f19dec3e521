"""S3: objects as files, buckets with what clients configured of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from benchtop.desks.objects.bucket_records import BucketRecords
from benchtop.desks.objects.buckets import BucketsDesk
from benchtop.desks.objects.configurations import ConfigurationsDesk
from benchtop.desks.objects.copying import CopyingDesk
from benchtop.desks.objects.faults import translated
from benchtop.desks.objects.listings import ListingsDesk
from benchtop.desks.objects.multipart import MultipartDesk
from benchtop.desks.objects.reading import ReadingDesk
from benchtop.desks.objects.tagging import TaggingDesk
from benchtop.desks.objects.writing import WritingDesk
from benchtop.door.storage import refusals
from benchtop.door.storage.checksums import MEMBERS
from benchtop.door.storage.restxml import RestXml
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects
from benchtop.store.s3.uploads import Uploads
from benchtop.wire import Json


class ObjectsDesk:
    """S3 as a WSGI application."""

    def __init__(
        self, objects: Objects, records: Records, *, account: str = "", region: str = "us-east-1"
    ) -> None:
        """Take the stores; without an *account*, ExpectedBucketOwner is not compared."""
        self._account = account
        uploads = Uploads(objects)
        remembered = BucketRecords(objects, records)
        self.desks = (
            BucketsDesk(objects, remembered, uploads, region),
            ConfigurationsDesk(objects, remembered),
            CopyingDesk(objects),
            ListingsDesk(objects),
            MultipartDesk(objects, uploads),
            ReadingDesk(objects),
            TaggingDesk(objects),
            WritingDesk(objects),
        )
        self.door = RestXml(self.desks, self._general(), translated)

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        return self.door(environ, start_response)

    def _general(self) -> dict[str, Callable[[Any], None]]:
        """What most operations have: checked with the body, or the same for one account."""
        checked = ["ContentLength", "ContentMD5", "ChecksumAlgorithm", "RequestPayer"]
        return {
            **dict.fromkeys(checked, _pass),
            **dict.fromkeys(MEMBERS.values(), _pass),
            "ExpectedBucketOwner": self._owned,
            "ExpectedSourceBucketOwner": self._owned,
        }

    def _owned(self, account: str) -> None:
        if self._account and account != self._account:
            raise refusals.AccessDenied


def _pass(_: Any) -> None:
    """Nothing is left to do."""
