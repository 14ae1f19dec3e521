"""Pages of CloudWatch's logs: tokens, windows, and the two ends of a stream."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from benchtop.door.refusals import Refusal
from benchtop.store.logs import Event
from benchtop.wire import Json

LARGEST_PAGE = 1 << 20
"""Bytes of text in one answer."""


class InvalidParameterException(Refusal):
    """A parameter is specified incorrectly."""

    code = "InvalidParameterException"


def row(event: Event) -> Json:
    """An event as clients read it."""
    return {"timestamp": event.at, "message": event.text, "ingestionTime": event.at}


def between(start: int, end: int | None) -> Callable[[Event], bool]:
    """Whether an event is within a time span; its end is not."""
    return lambda event: event.at >= start and (end is None or event.at < end)


def token(token: str | None, *, forward: bool) -> tuple[bool, int]:
    """The direction and the byte position of a token; -1 is the end of the stream."""
    if token is None:
        return forward, 0 if forward else -1
    direction, _, position = token.partition("/")
    if direction not in ("f", "b") or not position.isdigit():
        raise InvalidParameterException("The specified nextToken is invalid.")
    return direction == "f", int(position)


def head(
    events: Iterator[Event], limit: int, within: Callable[[Event], bool], begin: int
) -> tuple[list[Event], int, int]:
    """The next events; the byte positions before the first and after the last one read."""
    page: list[Event] = []
    last, size = begin, 0
    for event in events:
        size += len(event.text)
        if page and (len(page) >= limit or size > LARGEST_PAGE):
            break
        last = event.after
        if within(event):
            page.append(event)
    return page, begin, last


def tail(
    events: Iterator[Event], limit: int, within: Callable[[Event], bool], end: int
) -> tuple[list[Event], int, int]:
    """The last events before a byte position; the positions around them."""
    before = itertools.takewhile(lambda event: event.after <= end, events)
    starts, page, position = [], [], 0
    for event in before:
        if within(event):
            starts.append(position)
            page.append(event)
        position = event.after
    page, starts = page[-limit:], starts[-limit:]
    return page, starts[0] if starts else min(end, position), position


def window(rows: list[Any], token: str | None, limit: int) -> tuple[list[Any], Json]:
    """A page of rows, and the token of the next one, if there is one."""
    if token is not None and not token.isdigit():
        raise InvalidParameterException("The specified nextToken is invalid.")
    start = int(token or 0)
    more = {"nextToken": str(start + limit)} if len(rows) > start + limit else {}
    return rows[start : start + limit], more
