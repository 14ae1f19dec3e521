"""The query protocol, both ways: IAM and STS ask with a form and are answered in XML.

Parser and serializer are moto's, which are driven by botocore's models as our own doors are;
they are imported with the first such request, because they cost half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from botocore.model import OperationModel, ServiceModel

from benchtop.door.answer import Answer, Refuse, in_query
from benchtop.door.json11 import Door
from benchtop.wire import Json


class QueryDoor:
    """One service of the query protocol before its desks; what they lack is somebody else's."""

    def __init__(self, model: ServiceModel, desks: Sequence[object]) -> None:
        self.model = model
        self.door = Door(model, desks)
        self.refuse: Refuse = in_query

    def has(self, action: str) -> bool:
        """Whether a desk answers this operation."""
        return action in self.model.operation_names and self.door.find(action) is not None

    def answer(self, form: dict[str, list[str]]) -> Answer:
        """Answer the form of a request."""
        operation = self.door.operation(form["Action"][0])
        asked = self._protocol.parse(operation, form)
        answer = self.door.ask(operation.name, asked)
        return self._protocol.write(operation, answer)

    @cached_property
    def _protocol(self) -> _Query:
        return _Query()


class _Query:
    def __init__(self) -> None:
        from moto.core.parse import QueryParser  # noqa: PLC0415
        from moto.core.serialize import QuerySerializer  # noqa: PLC0415

        self._parser: Any = QueryParser
        self._serializer: Any = QuerySerializer

    def parse(self, operation: OperationModel, form: dict[str, list[str]]) -> Json:
        """The members that a form holds."""
        values = {name: found[0] for name, found in form.items()}
        parsed: Json = self._parser(operation).parse({"values": values})
        return parsed

    def write(self, operation: OperationModel, answer: Json) -> Answer:
        """An answer's members as XML."""
        written = self._serializer(operation).serialize(answer)
        body = written["body"]
        content = body if isinstance(body, bytes) else body.encode()
        return Answer(written["status_code"], [("Content-Type", "text/xml")], content)
