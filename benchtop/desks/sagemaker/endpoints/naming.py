"""Finding what a request names, and refusing in AWS's words what is not there or already is."""

from __future__ import annotations

from collections.abc import Collection

from benchtop.desks.place import Place
from benchtop.door.refusals import NotHonoured, ValidationException
from benchtop.store.records import Duplicate, Record, Records
from benchtop.wire import Json

WORDS = {
    "endpoint": "endpoint",
    "endpoint-config": "endpoint configuration",
    "model": "model",
}
"""How AWS's messages call what an ARN calls otherwise."""


def found(records: Records, place: Place, kind: str, name: str) -> Record:
    """The record of a name.

    Raises:
        ValidationException: ``Could not find …`` with the ARN, as the service says it.
    """
    record = records.find(kind, name)
    if record is None:
        raise ValidationException(f'Could not find {WORDS[kind]} "{place.arn(kind, name)}".')
    return record


def added(records: Records, record: Record) -> Record:
    """Keep a new record.

    Raises:
        ValidationException: ``Cannot create already existing …``.
    """
    try:
        return records.add(record)
    except Duplicate:
        words = WORDS[record.kind]
        raise ValidationException(
            f'Cannot create already existing {words} "{record.arn}".'
        ) from None


def refuse_others(value: Json, honoured: Collection[str], where: str) -> None:
    """Refuse by name any member of a nested structure that benchtop does not honour."""
    for name, given in value.items():
        if name not in honoured and given is not None:
            raise NotHonoured(
                f"{where}.{name} is not honoured by benchtop: remove it, or run this on AWS."
            )
