"""What the store of records promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchtop.store.records import Duplicate, Missing, Record, Records, Search


def record(name: str, **members: object) -> Record:
    return Record(kind="thing", name=name, arn=f"arn:{name}", body=dict(members))


def test_what_was_added_survives_a_new_store(records: Records, tmp_path: Path) -> None:
    """A record is on disk when ``add`` returns."""
    records.add(record("one", Colour="red"))

    again = Records(tmp_path / "benchtop.db")

    assert again.get("thing", "one").body == {"Colour": "red"}
    again.close()


def test_names_are_unique_in_any_case(records: Records) -> None:
    """A name is taken in whatever case it is asked for again."""
    records.add(record("One"))

    with pytest.raises(Duplicate):
        records.add(record("oNE"))


def test_a_listener_hears_committed_changes_only(records: Records) -> None:
    """Listeners are told of each change once, and not of changes that change nothing."""
    heard: list[str] = []
    records.listen(lambda each: heard.append(each.status))
    records.add(record("one"))

    records.change("thing", "one", lambda r: r.evolve(status="Completed"))
    records.change("thing", "one", lambda r: r.evolve(status="Completed"))

    assert heard == ["", "Completed"]


def test_a_listener_hears_after_the_whole_transaction(records: Records) -> None:
    """What is changed inside a transaction is heard when all of it is on disk, or never."""
    heard: list[str] = []
    records.listen(lambda each: heard.append(each.name))

    with records.transaction():
        records.add(record("one"))
        assert heard == []
    with pytest.raises(Missing), records.transaction():
        records.change("thing", records.add(record("two")).name + "s", lambda r: r)

    assert heard == ["one"]


def test_a_missing_record_is_named(records: Records) -> None:
    """Changing what is not there raises ``Missing``."""
    with pytest.raises(Missing):
        records.change("thing", "none", lambda r: r)


def test_search_filters_orders_and_cuts(records: Records) -> None:
    """A search gives the window that its filters and order describe."""
    for name in ("b", "a", "ab"):
        records.add(record(name))

    found = records.search(Search(kind="thing", name_contains="a", sort_by="Name", limit=1))

    assert [each.name for each in found] == ["a"]
