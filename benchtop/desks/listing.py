"""Every List operation: filters, order, window, and an opaque NextToken."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchtop.door.refusals import ValidationException
from benchtop.store.records import Record, Records, Search
from benchtop.wire import Json

PAGE = 10
"""AWS's default number of results, where an operation states none."""
FARTHEST = 2**53
"""No list is so long; a token that says so is forged."""


def page(
    records: Records,
    member: str,
    asked: Search,
    *,
    next_token: str | None = None,
    max_results: int | None = None,
    descending: str | None = None,
) -> Json:
    """Answer a List operation: the bodies found, under *member*, and a NextToken if there are more.

    Args:
        records: where to look.
        member: the name of the list in the answer.
        asked: filters and order.
        next_token: what the previous page gave.
        max_results: at most so many on this page.
        descending: the request's SortOrder, "Ascending" or "Descending".
    """
    size = max_results or PAGE
    start = _offset(next_token)
    order = asked.descending if descending is None else descending == "Descending"
    window = replace(asked, limit=size + 1, offset=start, descending=order)
    found = records.search(window)
    answer: Json = {member: [row(record) for record in found[:size]]}
    if len(found) > size:
        answer["NextToken"] = token(start + size)
    return answer


def window(
    items: Sequence[Any], next_token: str | None, max_results: int | None
) -> tuple[list[Any], str | None]:
    """One page of a list that is whole already, and the NextToken if there are more."""
    size, start = max_results or PAGE, _offset(next_token)
    more = len(items) > start + size
    return list(items[start : start + size]), token(start + size) if more else None


def row(record: Record) -> Json:
    """A record as List and Describe show it: the body, with the times from the columns."""
    return {
        "CreationTime": record.created,
        "LastModifiedTime": record.modified,
        **record.body,
    }


def token(offset: int) -> str:
    """An opaque NextToken."""
    return base64.urlsafe_b64encode(json.dumps({"offset": offset}).encode()).decode()


def _offset(next_token: str | None) -> int:
    if not next_token:
        return 0
    try:
        offset = json.loads(base64.urlsafe_b64decode(next_token))["offset"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        offset = None
    if not isinstance(offset, int) or not 0 <= offset <= FARTHEST:
        # AWS: unknown, the wording for a forged token.
        raise ValidationException("The NextToken is not valid.")
    return offset
