"""Who may invoke a function, and its tags: remembered, and shown again."""

from __future__ import annotations

import json
from collections.abc import Callable

from benchtop.desks.functions import rules
from benchtop.desks.functions.rules import ResourceConflictException, ResourceNotFoundException
from benchtop.desks.place import Place
from benchtop.store.records import Record, Records
from benchtop.wire import Json


class FunctionGrantsDesk:
    """AddPermission, TagResource and their neighbours."""

    def __init__(self, records: Records, place: Place) -> None:
        self._records = records
        self._place = place

    def add_permission(
        self,
        *,
        function_name: str,
        statement_id: str,
        action: str,
        principal: str,
        source_arn: str | None = None,
        source_account: str | None = None,
    ) -> Json:
        """Remember who may invoke a function."""
        function = self._function(function_name)
        statement = rules.statement(
            sid=statement_id, function=function.arn, action=action, principal=principal,
            source=source_arn, account=source_account,
        )  # fmt: skip

        def edit(record: Record) -> Record:
            policy = record.body["_policy"]
            if statement_id in policy:
                raise ResourceConflictException(
                    f"The statement id ({statement_id}) provided already exists. "
                    "Please provide a new statement id, or remove the existing statement."
                )
            return record.evolve(_policy={**policy, statement_id: statement})

        self._records.change(rules.KIND, function.name, edit)
        return {"Statement": json.dumps(statement)}

    def remove_permission(self, function_name: str, statement_id: str) -> Json:
        """Forget a permission."""
        function = self._function(function_name)
        if statement_id not in function.body["_policy"]:
            raise ResourceNotFoundException(
                f"Statement {statement_id} is not found in resource policy."
            )

        def edit(record: Record) -> Record:
            policy = {n: v for n, v in record.body["_policy"].items() if n != statement_id}
            return record.evolve(_policy=policy)

        self._records.change(rules.KIND, function.name, edit)
        return {}

    def get_policy(self, function_name: str) -> Json:
        """Who may invoke a function."""
        body = self._function(function_name).body
        if not body["_policy"]:
            raise ResourceNotFoundException("The resource you requested does not exist.")
        statements = list(body["_policy"].values())
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return {"Policy": json.dumps(policy), "RevisionId": body["RevisionId"]}

    def list_tags(self, resource: str) -> Json:
        """A function's tags."""
        return {"Tags": self._function(resource).body["_tags"]}

    def tag_resource(self, resource: str, tags: dict[str, str]) -> Json:
        """Give a function tags."""
        self._retag(resource, lambda before: {**before, **tags})
        return {}

    def untag_resource(self, resource: str, tag_keys: list[str]) -> Json:
        """Take tags from a function."""
        self._retag(
            resource,
            lambda before: {name: v for name, v in before.items() if name not in tag_keys},
        )
        return {}

    def _function(self, name: str) -> Record:
        return rules.existing(self._records, self._place, name)

    def _retag(self, resource: str, edit: Callable[[Json], Json]) -> None:
        name = self._function(resource).name
        self._records.change(
            rules.KIND, name, lambda record: record.evolve(_tags=edit(record.body["_tags"]))
        )
