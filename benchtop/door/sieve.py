"""An answer, through its shape: keep what AWS's model names, drop the rest.

One stored record serves Describe, List and a pipeline's step properties: each is the record
seen through another output shape.
"""

from __future__ import annotations

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def sieve(value: Any, shape: Shape | None) -> Any:
    """Keep what *shape* names; absent members and nulls are left out, as AWS leaves them out."""
    if shape is None or value is None:
        return None
    if isinstance(shape, StructureShape):
        return _structure(value, shape)
    if isinstance(shape, ListShape):
        return [sieve(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {key: sieve(item, shape.value) for key, item in value.items()}
    return value


def _structure(value: dict[str, Any], shape: StructureShape) -> dict[str, Any]:
    members = shape.members
    return {
        name: sieve(item, members[name])
        for name, item in value.items()
        if item is not None and name in members
    }
