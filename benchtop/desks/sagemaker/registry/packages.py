"""One model package: found, numbered, kept, and changed."""

from __future__ import annotations

import time
from dataclasses import replace

from benchtop.desks.place import Place
from benchtop.door.refusals import ConflictException, ValidationException
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.wire import Json

GROUP, PACKAGE = "model-package-group", "model-package"
SCANNED: Json = {"ValidationStatuses": [], "ImageScanStatuses": []}


def package(records: Records, place: Place, name: str) -> Record:
    """A model package by ARN, or by name if it stands alone.

    Raises:
        ValidationException: when there is none.
    """
    short = name.partition(f":{PACKAGE}/")[2] or name
    record = records.find(PACKAGE, short)
    if record is None:
        raise ValidationException(f"ModelPackage {place.arn(PACKAGE, short)} does not exist.")
    return record


def next_version(records: Records, place: Place, group: Record, body: Json) -> Json:
    """Keep the next version of a group; a request repeated with its token gives the same one."""
    members: dict[str, str | bool] = {"ModelPackageGroupName": group.name}
    with records.transaction():
        if token := body.get("_ClientToken"):
            same = Search(kind=PACKAGE, members={**members, "_ClientToken": token}, limit=1)
            if before := records.search(same):
                return {"ModelPackageArn": before[0].arn}
        number = int(records.get(GROUP, group.name).body["_LastVersion"]) + 1
        records.change(GROUP, group.name, lambda record: record.evolve(_LastVersion=number))
        named = {**body, "ModelPackageGroupName": group.name, "ModelPackageVersion": number}
        return register(records, place, f"{group.name}/{number}", named)


def register(records: Records, place: Place, name: str, body: Json) -> Json:
    """Keep a package; nothing is scanned, so it is complete at once.

    Raises:
        ConflictException: when the name is taken.
    """
    arn = place.arn(PACKAGE, name)
    told = {
        "ModelPackageName": name.partition("/")[0],
        **body,
        "ModelPackageArn": arn,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": SCANNED,
        "CreationTime": time.time(),
    }
    try:
        records.add(Record(kind=PACKAGE, name=name, arn=arn, body=told, status="Completed"))
    except Duplicate:
        raise ConflictException(f"Model Package already exists: {arn}") from None
    return {"ModelPackageArn": arn}


def updated(
    record: Record, changed: Json, notes: dict[str, str], gone: list[str], more: list[Json]
) -> Record:
    """A package with other members, notes added and notes gone, and more specifications."""
    merged = {**record.body.get("CustomerMetadataProperties", {}), **notes}
    kept = {name: value for name, value in merged.items() if name not in gone}
    specifications = [*record.body.get("AdditionalInferenceSpecifications", []), *more]
    after = record.evolve(
        **changed,
        CustomerMetadataProperties=kept or None,
        AdditionalInferenceSpecifications=specifications or None,
        LastModifiedTime=time.time(),
    )
    return replace(after, modified=time.time())
