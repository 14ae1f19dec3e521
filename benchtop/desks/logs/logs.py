"""CloudWatch Logs: what jobs, endpoints and functions printed, and what clients add."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from benchtop.desks.logs import patterns
from benchtop.desks.logs.pages import (
    InvalidParameterException,
    between,
    head,
    row,
    tail,
    token,
    window,
)
from benchtop.desks.place import Place
from benchtop.door.refusals import Refusal
from benchtop.store.logs import Logs, NameTooLong, NoSuchGroup, NoSuchStream, Stream
from benchtop.wire import Json, Remembered

PAGE = 10_000

Method = TypeVar("Method", bound=Callable[..., Any])


class ResourceNotFoundException(Refusal):
    """The specified log group does not exist."""

    code = "ResourceNotFoundException"


class ResourceAlreadyExistsException(Refusal):
    """The specified log group already exists"""  # noqa: D400, D415 - AWS's sentence

    code = "ResourceAlreadyExistsException"


def answered(method: Method) -> Method:
    """Say what is missing as CloudWatch Logs says it."""

    @functools.wraps(method)
    def ask(*arguments: Any, **named: Any) -> Any:
        try:
            return method(*arguments, **named)
        except NoSuchGroup:
            raise ResourceNotFoundException from None
        except NoSuchStream:
            sentence = "The specified log stream does not exist."
            raise ResourceNotFoundException(sentence) from None
        except NameTooLong as fault:
            raise InvalidParameterException(fault.args[0]) from None

    return ask  # type: ignore[return-value]


class LogsDesk:
    """The operations that clients of SageMaker and Lambda functions use."""

    def __init__(self, logs: Logs, place: Place) -> None:
        self.logs = logs
        self.place = place

    @answered
    def create_log_group(
        self, log_group_name: str, kms_key_id: Remembered = None, tags: Remembered = None
    ) -> Json:
        """Make a log group."""
        if not self.logs.make_group(log_group_name, {"kmsKeyId": kms_key_id, "tags": tags}):
            raise ResourceAlreadyExistsException
        return {}

    @answered
    def create_log_stream(self, log_group_name: str, log_stream_name: str) -> Json:
        """Make a log stream."""
        if not self.logs.make_stream(log_group_name, log_stream_name):
            sentence = "The specified log stream already exists"
            raise ResourceAlreadyExistsException(sentence)
        return {}

    @answered
    def delete_log_group(self, log_group_name: str) -> Json:
        """Remove a log group and all its streams."""
        self.logs.remove_group(log_group_name)
        return {}

    @answered
    def delete_log_stream(self, log_group_name: str, log_stream_name: str) -> Json:
        """Remove a log stream."""
        self.logs.remove_stream(log_group_name, log_stream_name)
        return {}

    @answered
    def put_retention_policy(self, log_group_name: str, retention_in_days: Remembered) -> Json:
        """Note how long a group's logs are to be kept; benchtop keeps them until reset."""
        self.logs.set(log_group_name, retentionInDays=retention_in_days)
        return {}

    @answered
    def delete_retention_policy(self, log_group_name: str) -> Json:
        """Keep a group's logs for ever."""
        self.logs.set(log_group_name, retentionInDays=None)
        return {}

    @answered
    def put_log_events(
        self,
        log_group_name: str,
        log_stream_name: str,
        log_events: list[Json],
        sequence_token: Remembered = None,
    ) -> Json:
        """Add events to a stream that exists."""
        del sequence_token  # AWS ignores it, too
        self.logs.stream(log_group_name, log_stream_name)
        times = [each["timestamp"] for each in log_events]
        if times != sorted(times):
            raise InvalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order."
            )
        events = [(each["timestamp"], each["message"]) for each in log_events]
        self.logs.append(log_group_name, log_stream_name, events)
        return {"nextSequenceToken": str(self.logs.stream(log_group_name, log_stream_name).size)}

    @answered
    def describe_log_groups(
        self,
        *,
        log_group_name_prefix: str = "",
        log_group_name_pattern: str = "",
        next_token: str | None = None,
        limit: int = 50,
    ) -> Json:
        """The log groups whose names begin with a prefix or contain a pattern."""
        names = self.logs.groups(log_group_name_prefix)
        names = [name for name in names if log_group_name_pattern.lower() in name.lower()]
        shown, more = window(names, next_token, limit)
        return {"logGroups": [self._group(name) for name in shown], **more}

    @answered
    def describe_log_streams(
        self,
        *,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        log_stream_name_prefix: str = "",
        order_by: str = "LogStreamName",
        descending: bool = False,
        next_token: str | None = None,
        limit: int = 50,
    ) -> Json:
        """The streams of a group, by name or by their last event."""
        if order_by == "LastEventTime" and log_stream_name_prefix:
            raise InvalidParameterException(
                "Cannot order by LastEventTime with a logStreamNamePrefix."
            )
        group = _name(log_group_name, log_group_identifier)
        found = self.logs.streams(group, log_stream_name_prefix)
        rows = [self._stream(group, each) for each in found]
        if order_by == "LastEventTime":
            rows.sort(key=lambda each: each.get("lastEventTimestamp", 0))
        shown, more = window(rows[::-1] if descending else rows, next_token, limit)
        return {"logStreams": shown, **more}

    @answered
    def get_log_events(
        self,
        *,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        log_stream_name: str,
        start_time: int = 0,
        end_time: int | None = None,
        next_token: str | None = None,
        limit: int = PAGE,
        start_from_head: bool = False,
        unmask: Remembered = None,
    ) -> Json:
        """A page of a stream; at the end it is empty, and its token leads to itself.

        A token is a byte position in the stream's file, and the direction to read in.
        """
        del unmask
        group = _name(log_group_name, log_group_identifier)
        forward, position = token(next_token, forward=start_from_head)
        within = between(start_time, end_time)
        begin = position if forward else 0
        events = self.logs.events(group, log_stream_name, begin)
        if forward:
            page, first, last = head(events, limit, within, begin)
        else:
            size = self.logs.stream(group, log_stream_name).size
            page, first, last = tail(events, limit, within, size if position < 0 else position)
        rows = [row(event) for event in page]
        tokens = {"nextForwardToken": f"f/{last:056d}", "nextBackwardToken": f"b/{first:056d}"}
        return {"events": rows, **tokens}

    @answered
    def filter_log_events(
        self,
        *,
        log_group_name: str | None = None,
        log_group_identifier: str | None = None,
        log_stream_names: list[str] | None = None,
        log_stream_name_prefix: str = "",
        start_time: int = 0,
        end_time: int | None = None,
        filter_pattern: str = "",
        next_token: str | None = None,
        limit: int = PAGE,
        interleaved: Remembered = None,
        unmask: Remembered = None,
    ) -> Json:
        """The events of a group whose text matches a pattern, in the order of their times."""
        del interleaved, unmask
        group = _name(log_group_name, log_group_identifier)
        matches, within = patterns.matcher(filter_pattern), between(start_time, end_time)
        names = log_stream_names or [
            each.name for each in self.logs.streams(group, log_stream_name_prefix)
        ]
        found = [
            {"logStreamName": name, "eventId": f"{name}:{event.after}", **row(event)}
            for name in names
            for event in self.logs.events(group, name)
            if within(event) and matches(event.text)
        ]
        found.sort(key=lambda each: each["timestamp"])
        shown, more = window(found, next_token, limit)
        return {"events": shown, "searchedLogStreams": [], **more}

    def _group(self, name: str) -> Json:
        settings = self.logs.settings(name)
        arn = f"arn:aws:logs:{self.place.region}:{self.place.account}:log-group:{name}"
        return {
            "logGroupName": name,
            "creationTime": settings["created"],
            "retentionInDays": settings.get("retentionInDays"),
            "kmsKeyId": settings.get("kmsKeyId"),
            "metricFilterCount": 0,
            "arn": f"{arn}:*",
            "logGroupArn": arn,
            "storedBytes": sum(each.size for each in self.logs.streams(name)),
            "logGroupClass": "STANDARD",
        }

    def _stream(self, group: str, stream: Stream) -> Json:
        arn = f"arn:aws:logs:{self.place.region}:{self.place.account}:log-group:{group}"
        first, last = self.logs.span(group, stream.name)
        return {
            "logStreamName": stream.name,
            "creationTime": stream.created,
            "firstEventTimestamp": first,
            "lastEventTimestamp": last,
            "lastIngestionTime": last,
            "uploadSequenceToken": str(stream.size),
            "arn": f"{arn}:log-stream:{stream.name}",
            "storedBytes": stream.size,
        }


def _name(name: str | None, identifier: str | None) -> str:
    if name:
        return name
    if identifier:
        return identifier.rpartition("log-group:")[2].removesuffix(":*")
    raise InvalidParameterException("logGroupName or logGroupIdentifier must be given.")
