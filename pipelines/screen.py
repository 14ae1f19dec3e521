"""How watching looks: a live table on a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from pipelines.watching import Seen, Show, news, objective

COLOURS = {"Succeeded": "green", "Completed": "green", "Failed": "red", "Executing": "cyan"}
LEADERS = 5


@contextmanager
def shown(console: Console) -> Iterator[Show]:
    """What to call with everything that is seen."""
    if not console.is_terminal:
        yield plain(lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True))
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield lambda seen: live.update(board(seen))


def plain(write: Callable[[str], None]) -> Show:
    """Writes a line for whatever is new."""
    before: Seen | None = None

    def show(seen: Seen) -> None:
        nonlocal before
        for each in news(before, seen):
            write(each)
        before = seen

    return show


def board(seen: Seen) -> Group:
    """Steps, and the best trials so far."""
    return Group(steps_table(seen), *([trials_table(seen)] if seen.trials else []))


def steps_table(seen: Seen) -> Table:
    """Every step that has begun."""
    table = Table("step", "status", "seconds", "", box=None, pad_edge=False)
    for step in seen.steps:
        took = "" if step.seconds is None else f"{step.seconds:.0f}"
        table.add_row(step.name, _coloured(step.status), took, step.reason)
    return table


def trials_table(seen: Seen) -> Table:
    """The leaders of the tuning job, and how many trials there are."""
    running = sum(trial.status == "InProgress" for trial in seen.trials)
    title = f"{len(seen.trials)} trials, {running} running; the best {LEADERS}:"
    names = sorted({name for trial in seen.trials for name in trial.hyperparameters})
    table = Table("objective", *names, title=title, title_justify="left", box=None, pad_edge=False)
    for trial in seen.leaders()[:LEADERS]:
        table.add_row(objective(trial), *(_short(trial.hyperparameters.get(n, "")) for n in names))
    return table


def _coloured(status: str) -> str:
    colour = COLOURS.get(status)
    return f"[{colour}]{status}[/]" if colour else status


def _short(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value
