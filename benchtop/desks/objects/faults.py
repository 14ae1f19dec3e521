"""What the store's exceptions are called on S3's wire."""

from __future__ import annotations

import errno

from benchtop.door.refusals import Refusal
from benchtop.door.storage import refusals
from benchtop.store.s3 import stored
from benchtop.store.s3.uploads import NoSuchUpload

FULL = {errno.ENOSPC, errno.EDQUOT}


def translated(fault: Exception) -> Refusal | None:  # noqa: PLR0911 - one line for each
    """The refusal that stands for an exception; None for one that nobody expected."""
    match fault:
        case stored.NoSuchBucket():
            return refusals.NoSuchBucket(None, BucketName=fault.args[0])
        case stored.NoSuchKey():
            return refusals.NoSuchKey(None, Key=fault.args[0])
        case NoSuchUpload():
            return refusals.NoSuchUpload(None, UploadId=fault.args[0])
        case stored.BucketNotEmpty():
            return refusals.BucketNotEmpty(None, BucketName=fault.args[0])
        case FileNotFoundError():
            return refusals.InternalError(
                "The bytes of this object are gone from benchtop's folder: put it again."
            )
        case OSError() if fault.errno in FULL:
            return refusals.InsufficientStorage()
        case UnicodeEncodeError():
            return refusals.InvalidURI()
    return None
