"""S3 data that a job asks for, looked at before the job is taken."""

from __future__ import annotations

from benchtop.door.refusals import ValidationException
from benchtop.store.s3.objects import NoSuchBucket, NoSuchKey, Objects, split
from benchtop.wire import Json


def check_found(objects: Objects, source: Json, *, role: str, region: str) -> None:
    """Refuse an input that names no object, in AWS's sentence.

    Raises:
        ValidationException: when there is nothing under the prefix, or no manifest.
    """
    uri, kind = source["S3Uri"], source["S3DataType"]
    bucket, key = split(uri)
    if not uri.startswith(("s3://", "https://")) or not _found(objects, bucket, key, kind):
        raise ValidationException(
            f'No S3 objects found under S3 URL "{uri}" given in input data source. '
            f"Please ensure that the bucket exists in the selected region ({region}), that "
            f'objects exist under that S3 prefix, and that the role "{role}" has '
            f'"s3:ListBucket" permissions on bucket "{bucket}".'
        )


def _found(objects: Objects, bucket: str, key: str, kind: str) -> bool:
    try:
        if kind == "ManifestFile":
            objects.get(bucket, key)
            return True
        return next(iter(objects.each(bucket, key)), None) is not None
    except (NoSuchBucket, NoSuchKey):
        return False
