"""What clients configured of buckets: remembered, given back, and without effect.

Versioning cannot be enabled: an older version that is not kept would be a lie.
"""

# ruff: noqa: ARG002 - a method's signature is the list of what it honours

from __future__ import annotations

import json

from benchtop.desks.objects.bucket_records import BucketRecords
from benchtop.desks.objects.listings import OWNER
from benchtop.door.refusals import NotHonoured
from benchtop.door.storage import refusals
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json, Remembered

# AWS: what a bucket has from the start, since January and April 2023
ENCRYPTION: Json = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BucketKeyEnabled": False,
        }
    ]
}
CLOSED: Json = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
OWNED: Json = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


class ConfigurationsDesk:
    """Takes and gives what was configured of buckets."""

    def __init__(self, objects: Objects, remembered: BucketRecords) -> None:
        self._objects = objects
        self._remembered = remembered

    def put_bucket_encryption(
        self, bucket: str, server_side_encryption_configuration: Remembered
    ) -> None:
        """Remember how objects would be encrypted."""
        self._remembered.keep(bucket, "encryption", server_side_encryption_configuration)

    def get_bucket_encryption(self, bucket: str) -> Json:
        """Tell how objects would be encrypted."""
        kept = self._remembered.kept(bucket, "encryption", ENCRYPTION) or ENCRYPTION
        return {"ServerSideEncryptionConfiguration": kept}

    def delete_bucket_encryption(self, bucket: str) -> None:
        """Go back to the encryption that every bucket has."""
        self._remembered.keep(bucket, "encryption", None)

    def put_bucket_versioning(self, bucket: str, versioning_configuration: Json) -> None:
        """Remember that versioning is off; it cannot be put on."""
        if versioning_configuration.get("Status") != "Suspended":
            raise NotHonoured(
                "Status Enabled of PutBucketVersioning is not honoured by benchtop: "
                "older versions of an object are not kept."
            )
        if "MFADelete" in versioning_configuration:
            raise NotHonoured("MFADelete of PutBucketVersioning is not honoured by benchtop.")
        self._remembered.keep(bucket, "versioning", versioning_configuration)

    def get_bucket_versioning(self, bucket: str) -> Json:
        """Tell whether versioning was suspended; nothing is told if it was never touched."""
        return dict(self._remembered.kept(bucket, "versioning") or {})

    def put_bucket_lifecycle_configuration(
        self,
        bucket: str,
        lifecycle_configuration: Remembered,
        transition_default_minimum_object_size: Remembered = None,
    ) -> Json:
        """Remember when objects would expire or move."""
        size = transition_default_minimum_object_size or "all_storage_classes_128K"
        answer = {"TransitionDefaultMinimumObjectSize": size}
        self._remembered.keep(bucket, "lifecycle", {**lifecycle_configuration, **answer})
        return answer

    def get_bucket_lifecycle_configuration(self, bucket: str) -> Json:
        """Tell when objects would expire or move."""
        return dict(
            self._remembered.needed(bucket, "lifecycle", refusals.NoSuchLifecycleConfiguration)
        )

    def delete_bucket_lifecycle(self, bucket: str) -> None:
        """Forget when objects would expire or move."""
        self._remembered.keep(bucket, "lifecycle", None)

    def put_bucket_policy(
        self,
        bucket: str,
        policy: Remembered,
        confirm_remove_self_bucket_access: Remembered = None,
    ) -> None:
        """Remember who may do what; it is not enforced here."""
        try:
            valid = isinstance(json.loads(policy), dict)
        except ValueError:
            valid = False
        if not valid:
            raise refusals.MalformedPolicy
        self._remembered.keep(bucket, "policy", policy)

    def get_bucket_policy(self, bucket: str) -> Json:
        """Tell who may do what."""
        return {"Policy": self._remembered.needed(bucket, "policy", refusals.NoSuchBucketPolicy)}

    def delete_bucket_policy(self, bucket: str) -> None:
        """Forget who may do what."""
        self._remembered.keep(bucket, "policy", None)

    def put_bucket_tagging(self, bucket: str, tagging: Remembered) -> None:
        """Remember a bucket's tags."""
        self._remembered.keep(bucket, "tagging", tagging)

    def get_bucket_tagging(self, bucket: str) -> Json:
        """Tell a bucket's tags."""
        return dict(self._remembered.needed(bucket, "tagging", refusals.NoSuchTagSet))

    def delete_bucket_tagging(self, bucket: str) -> None:
        """Forget a bucket's tags."""
        self._remembered.keep(bucket, "tagging", None)

    def put_bucket_notification_configuration(
        self,
        bucket: str,
        notification_configuration: Remembered,
        skip_destination_validation: Remembered = None,
    ) -> None:
        """Remember whom changes of objects would be told."""
        self._remembered.keep(bucket, "notification", notification_configuration)

    def get_bucket_notification_configuration(self, bucket: str) -> Json:
        """Tell whom changes of objects would be told."""
        return dict(self._remembered.kept(bucket, "notification") or {})

    def put_public_access_block(
        self, bucket: str, public_access_block_configuration: Remembered
    ) -> None:
        """Remember what of the public would be kept out."""
        self._remembered.keep(bucket, "public", public_access_block_configuration)

    def get_public_access_block(self, bucket: str) -> Json:
        """Tell what of the public would be kept out."""
        absent = refusals.NoSuchPublicAccessBlockConfiguration
        return {
            "PublicAccessBlockConfiguration": self._remembered.needed(
                bucket, "public", absent, CLOSED
            )
        }

    def delete_public_access_block(self, bucket: str) -> None:
        """Forget what of the public would be kept out."""
        self._remembered.keep(bucket, "public", None)

    def put_bucket_ownership_controls(self, bucket: str, ownership_controls: Remembered) -> None:
        """Remember who would own what strangers put."""
        self._remembered.keep(bucket, "ownership", ownership_controls)

    def get_bucket_ownership_controls(self, bucket: str) -> Json:
        """Tell who would own what strangers put."""
        absent = refusals.OwnershipControlsNotFoundError
        return {"OwnershipControls": self._remembered.needed(bucket, "ownership", absent, OWNED)}

    def delete_bucket_ownership_controls(self, bucket: str) -> None:
        """Forget who would own what strangers put."""
        self._remembered.keep(bucket, "ownership", None)

    def put_bucket_logging(self, bucket: str, bucket_logging_status: Remembered) -> None:
        """Remember where accesses would be logged."""
        self._remembered.keep(bucket, "logging", bucket_logging_status)

    def get_bucket_logging(self, bucket: str) -> Json:
        """Tell where accesses would be logged."""
        return dict(self._remembered.kept(bucket, "logging") or {})

    def put_bucket_cors(self, bucket: str, cors_configuration: Remembered) -> None:
        """Remember which web pages could come."""
        self._remembered.keep(bucket, "cors", cors_configuration)

    def get_bucket_cors(self, bucket: str) -> Json:
        """Tell which web pages could come."""
        return dict(self._remembered.needed(bucket, "cors", refusals.NoSuchCORSConfiguration))

    def delete_bucket_cors(self, bucket: str) -> None:
        """Forget which web pages could come."""
        self._remembered.keep(bucket, "cors", None)

    def put_bucket_acl(self, bucket: str, acl: str = "private") -> None:
        """Accept that a bucket is private; grants to anybody else are refused."""
        if acl != "private":
            raise NotHonoured(f"ACL {acl} of PutBucketAcl is not honoured by benchtop.")
        self._objects.require(bucket)

    def get_bucket_acl(self, bucket: str) -> Json:
        """Tell that the owner has full control, and nobody else any."""
        self._objects.require(bucket)
        owner = {**OWNER, "Type": "CanonicalUser"}
        return {"Owner": OWNER, "Grants": [{"Grantee": owner, "Permission": "FULL_CONTROL"}]}

    def put_bucket_request_payment(
        self, bucket: str, request_payment_configuration: Remembered
    ) -> None:
        """Remember who would pay."""
        self._remembered.keep(bucket, "payment", request_payment_configuration)

    def get_bucket_request_payment(self, bucket: str) -> Json:
        """Tell who would pay."""
        return dict(self._remembered.kept(bucket, "payment") or {"Payer": "BucketOwner"})

    def put_bucket_accelerate_configuration(
        self, bucket: str, accelerate_configuration: Remembered
    ) -> None:
        """Remember whether transfers would be faster."""
        self._remembered.keep(bucket, "accelerate", accelerate_configuration)

    def get_bucket_accelerate_configuration(self, bucket: str) -> Json:
        """Tell whether transfers would be faster."""
        return dict(self._remembered.kept(bucket, "accelerate") or {})
