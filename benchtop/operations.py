"""What runs, what is remembered, what is refused: read off the desks, never written by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchtop.desks.place import Place
from benchtop.door.json11 import Door
from benchtop.door.signature import honours
from benchtop.foreman import Foreman
from benchtop.offices import Offices
from benchtop.runner.endpoints.serving import Serving
from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.runner import Runner
from benchtop.store.logs import Logs
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

SERVICES = "| service | built | refused by name |\n| --- | --- | --- |"
MEMBERS = "| operation | remembered without effect | refused by name |\n| --- | --- | --- |"


def services() -> str:
    """A Markdown table of all services: how many operations are built, and how many are not."""
    with idle() as offices:
        return "\n".join([SERVICES, *(_service(*each) for each in offices.doors.items())])


def members(service: str = "sagemaker") -> str:
    """A Markdown table of one service: what each operation does with a request's members.

    Raises:
        KeyError: benchtop has no such service.
    """
    with idle() as offices:
        return "\n".join([MEMBERS, *_rows(offices.doors[service])])


@contextmanager
def idle() -> Iterator[Offices]:
    """Desks that nobody asks anything: enough to read their signatures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records, objects = Records(folder / "benchtop.db"), Objects(folder / "buckets")
        logs, images, means = Logs(folder / "logs"), Images({}), Isolation(name="rewrite")
        yield Offices(
            records=records, objects=objects, logs=logs, place=Place(),
            runner=Runner(folder / "jobs", objects, logs, images, means, {}),
            serving=Serving(folder / "endpoints", objects, logs, images, means, {}),
            foreman=Foreman(), folder=folder, around={}, client=str,
        )  # fmt: skip
        records.close()
        objects.close()


def _service(name: str, door: Door) -> str:
    names = door.model.operation_names
    built = sum(door.find(each) is not None for each in names)
    return f"| {name} | {built} | {len(names) - built} |"


def _rows(door: Door) -> Iterator[str]:
    for name in door.model.operation_names:
        if method := door.find(name):
            found = honours(door.model.operation_model(name), method)
            yield f"| {name} | {_listed(found.remembers)} | {_listed(found.refuses)} |"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
