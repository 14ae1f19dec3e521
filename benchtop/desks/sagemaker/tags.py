"""Tags: of any resource that has an ARN, whoever made it."""

from __future__ import annotations

from collections.abc import Callable

from benchtop.desks.listing import window
from benchtop.desks.place import Place
from benchtop.door.refusals import ValidationException
from benchtop.store.records import Record, Records
from benchtop.wire import Json

PAGE = 50
MOST = 50
"""How many tags a resource may have."""


class TagsDesk:
    """Reads and changes the ``Tags`` member that every record may have."""

    def __init__(self, records: Records, place: Place) -> None:
        self.records = records
        self.place = place

    def add_tags(self, resource_arn: str, tags: list[Json]) -> Json:
        """Give a resource tags; a key that it has already gets the new value."""

        def edit(record: Record) -> Record:
            merged = {tag["Key"]: tag for tag in [*record.body.get("Tags", []), *tags]}
            if len(merged) > MOST:
                raise ValidationException(f"A resource can have at most {MOST} tags.")
            return record.evolve(Tags=list(merged.values()))

        return {"Tags": self._change(resource_arn, edit).body["Tags"]}

    def list_tags(
        self, resource_arn: str, next_token: str | None = None, max_results: int = PAGE
    ) -> Json:
        """The tags of a resource, in the order they were given."""
        tags = self._at(resource_arn).body.get("Tags", [])
        found, more = window(tags, next_token, max_results)
        return {"Tags": found, "NextToken": more}

    def delete_tags(self, resource_arn: str, tag_keys: list[str]) -> Json:
        """Take tags away; a key that is not there changes nothing."""

        def edit(record: Record) -> Record:
            kept = [tag for tag in record.body.get("Tags", []) if tag["Key"] not in tag_keys]
            return record.evolve(Tags=kept)

        self._change(resource_arn, edit)
        return {}

    def _change(self, arn: str, edit: Callable[[Record], Record]) -> Record:
        record = self._at(arn)
        # Tags are no modification: the time that the resource tells stays what it was.
        return self.records.change(record.kind, record.name, edit, touch=False)

    def _at(self, arn: str) -> Record:
        record = self.records.at(arn) or self.records.at(arn.lower())
        if record is None:
            raise ValidationException(f"Could not find resource with ARN {arn}.")
        return record
