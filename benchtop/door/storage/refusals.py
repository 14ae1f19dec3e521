"""Every way in which S3 says no; the name of a class is its code, but for one.

StorageRefusal
├── 400   the request is wrong: InvalidArgument, MalformedXML, BadDigest, EntityTooSmall, …
├── 403   AccessDenied
├── 404   there is none: NoSuchBucket, NoSuchKey, NoSuchUpload, NoSuch…Configuration
├── 409   it clashes: BucketNotEmpty, BucketAlreadyOwnedByYou
├── 412   PreconditionFailed
├── 416   InvalidRange
├── 501   NotBuilt (NotImplemented on the wire): valid on AWS, and named in the message
└── 5xx   InternalError, InsufficientStorage
"""

# ruff: noqa: D400, D415 - AWS writes some of its messages without a full stop

from __future__ import annotations

from typing import Any

from benchtop.door.refusals import Refusal


class StorageRefusal(Refusal):
    """The request cannot be honoured; *details* are further elements of the error document."""

    def __init_subclass__(cls) -> None:
        cls.code = cls.__dict__.get("code", cls.__name__)

    def __init__(self, message: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.details = details


class InvalidRequest(StorageRefusal):
    """The request is not valid."""


class InvalidArgument(StorageRefusal):
    """Invalid Argument"""


class AuthorizationQueryParametersError(StorageRefusal):
    """X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"; X-Amz-Expires a number"""  # noqa: E501 - close to AWS's wording


class InvalidURI(StorageRefusal):
    """Couldn't parse the specified URI."""


class InvalidBucketName(StorageRefusal):
    """The specified bucket is not valid."""


class InvalidDigest(StorageRefusal):
    """The Content-MD5 you specified was invalid."""


class BadDigest(StorageRefusal):
    """The Content-MD5 you specified did not match what we received."""


class IncompleteBody(StorageRefusal):
    """You did not provide the number of bytes specified by the Content-Length HTTP header"""


class MalformedXML(StorageRefusal):
    """The XML you provided was not well-formed or did not validate against our published schema"""


class MalformedPolicy(StorageRefusal):
    """Policies must be valid JSON and the first byte must be '{'"""


class KeyTooLongError(StorageRefusal):
    """Your key is too long"""


class MetadataTooLarge(StorageRefusal):
    """Your metadata headers exceed the maximum allowed metadata size"""


class EntityTooLarge(StorageRefusal):
    """Your proposed upload exceeds the maximum allowed size"""


class EntityTooSmall(StorageRefusal):
    """Your proposed upload is smaller than the minimum allowed size"""


class InvalidPart(StorageRefusal):
    """One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."""  # noqa: E501 - AWS's wording


class InvalidPartOrder(StorageRefusal):
    """The list of parts was not in ascending order. Parts must be ordered by part number."""


class InvalidTag(StorageRefusal):
    """The TagKey or the TagValue you have provided is invalid"""


class AccessDenied(StorageRefusal):
    """Access Denied"""

    status = 403


class NoSuchBucket(StorageRefusal):
    """The specified bucket does not exist"""

    status = 404


class NoSuchKey(StorageRefusal):
    """The specified key does not exist."""

    status = 404


class NoSuchUpload(StorageRefusal):
    """The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."""  # noqa: E501 - AWS's wording

    status = 404


class NoSuchLifecycleConfiguration(StorageRefusal):
    """The lifecycle configuration does not exist"""

    status = 404


class NoSuchCORSConfiguration(StorageRefusal):
    """The CORS configuration does not exist"""

    status = 404


class NoSuchBucketPolicy(StorageRefusal):
    """The bucket policy does not exist"""

    status = 404


class NoSuchTagSet(StorageRefusal):
    """The TagSet does not exist"""

    status = 404


class NoSuchPublicAccessBlockConfiguration(StorageRefusal):
    """The public access block configuration was not found"""

    status = 404


class OwnershipControlsNotFoundError(StorageRefusal):
    """The bucket ownership controls were not found"""

    status = 404


class MethodNotAllowed(StorageRefusal):
    """The specified method is not allowed against this resource."""

    status = 405


class BucketAlreadyOwnedByYou(StorageRefusal):
    """Your previous request to create the named bucket succeeded and you already own it."""

    status = 409


class BucketNotEmpty(StorageRefusal):
    """The bucket you tried to delete is not empty"""

    status = 409


class PreconditionFailed(StorageRefusal):
    """At least one of the pre-conditions you specified did not hold"""

    status = 412


class InvalidPartNumber(StorageRefusal):
    """The requested partnumber is not satisfiable"""

    status = 416


class InvalidRange(StorageRefusal):
    """The requested range is not satisfiable"""

    status = 416


class NotModified(StorageRefusal):
    """Not Modified"""

    status = 304


class NotBuilt(StorageRefusal):
    """Valid on AWS; benchtop does not do it, and says so."""

    code = "NotImplemented"
    status = 501


class InternalError(StorageRefusal):
    """We encountered an internal error. The log of `benchtop up` has the traceback."""

    status = 500


class InsufficientStorage(StorageRefusal):
    """The disk under benchtop is full; nothing was changed. Free some space and try again."""

    # AWS: unknown, its disks are never full; 507 is what clients do not repeat by themselves.
    status = 507
