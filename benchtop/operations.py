"""What runs, what is remembered, what is refused: read off the desks, never written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from benchtop.door.json11 import Door
from benchtop.door.signature import honours
from benchtop.offices import Offices

HEAD = "| operation | runs | remembers | refuses |\n| --- | --- | --- | --- |"


def table(offices: Offices, service: str = "sagemaker") -> str:
    """A Markdown table of one service: each operation built, and its request's members."""
    return "\n".join([HEAD, *_rows(offices.doors[service])])


def summary(offices: Offices) -> str:
    """A Markdown table of all services: how many operations each has, and how many are built."""
    rows = ["| service | operations built | of |", "| --- | --- | --- |"]
    for service, door in offices.doors.items():
        names = door.model.operation_names
        built = sum(door.find(name) is not None for name in names)
        rows.append(f"| {service} | {built} | {len(names)} |")
    return "\n".join(rows)


def _rows(door: Door) -> Iterator[str]:
    for name in door.model.operation_names:
        method = door.find(name)
        if method is None:
            continue
        found = honours(door.model.operation_model(name), method)
        refused = ", ".join(sorted(found.refuses)) or "nothing"
        remembered = ", ".join(sorted(found.remembers)) or "nothing"
        yield f"| {name} | {len(found.runs)} | {remembered} | {refused} |"
