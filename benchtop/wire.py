"""The one type that crosses every wall: JSON as it came from the wire, in AWS's own names."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A JSON object whose members keep the names that AWS gave them."""

Remembered: TypeAlias = Annotated[Any, "stored and returned, without effect"]
"""Marks an operation's member that benchtop keeps and gives back, but does not act upon."""
