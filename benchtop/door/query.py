"""The query protocol, both ways: IAM and STS ask with a form and are answered in XML.

Parser and serializer are moto's, which are driven by botocore's models as our own doors are;
they are imported with the first such request, because they cost half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from botocore.model import ServiceModel

from benchtop.door.answer import Answer, Refuse, in_query
from benchtop.door.json11 import Door
from benchtop.door.refusals import UnknownOperation


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
        action = form.get("Action", [""])[0]
        if not self.has(action):
            raise UnknownOperation(
                f"{action or 'A form without Action'} is not built into benchtop."
            )
        operation = self._operation(action)
        values = {name: found[0] for name, found in form.items()}
        answer = self.door.ask(action, self._parser(operation).parse({"values": values}))
        written = self._serializer(operation).serialize(answer)
        body = written["body"]
        content = body if isinstance(body, bytes) else body.encode()
        return Answer(written["status_code"], [("Content-Type", "text/xml")], content)

    def _operation(self, action: str) -> Any:
        from moto.core.utils import get_service_model  # noqa: PLC0415 - see above

        return get_service_model(self.model.service_name).operation_model(action)

    @cached_property
    def _parser(self) -> Any:
        from moto.core.parse import QueryParser  # noqa: PLC0415

        return QueryParser

    @cached_property
    def _serializer(self) -> Any:
        from moto.core.serialize import QuerySerializer  # noqa: PLC0415

        return QuerySerializer
