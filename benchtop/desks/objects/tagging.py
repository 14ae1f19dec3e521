"""The tags of objects."""

from __future__ import annotations

from benchtop.desks.objects.conditions import checked_tags, this_version
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json


class TaggingDesk:
    """Keeps what objects are tagged with."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put_object_tagging(
        self, bucket: str, key: str, tagging: Json, version_id: str | None = None
    ) -> None:
        """Give an object other tags."""
        this_version(version_id)
        pairs = [(each["Key"], each["Value"]) for each in tagging["TagSet"]]
        self._objects.tag(bucket, key, checked_tags(pairs))

    def get_object_tagging(self, bucket: str, key: str, version_id: str | None = None) -> Json:
        """Tell the tags of an object."""
        this_version(version_id)
        tags = self._objects.get(bucket, key).tags
        return {"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]}

    def delete_object_tagging(self, bucket: str, key: str, version_id: str | None = None) -> None:
        """Take an object's tags away."""
        this_version(version_id)
        self._objects.tag(bucket, key, {})
