"""The page of rules, made from the tables: ``python -m tests.conformance.page`` writes it."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

from tests.conformance.rule import CREATE, Rule
from tests.conformance.tables import RULES

PAGE = Path(__file__).parents[2] / "docs" / "tuning-rules.md"

SECTIONS = {
    "1": "Protocol",
    "2": "Creating a tuning job",
    "3": "Describing, listing, stopping, deleting",
    "4": "Early stopping and completion",
    "6": "Training jobs",
    "8": "Script mode",
    "9": "Built-in XGBoost",
    "10": "Limits",
    "11": "Errors",
    "14": "Choices where AWS is silent",
}

HEAD = """\
# Rules of tuning

What Benchtop holds of Amazon SageMaker's Automatic Model Tuning and training jobs. Each line is a
test that runs over raw HTTP and over boto3; this page is made from the tests by
`python -m tests.conformance.page`. The numbers are sections of the reference from which the rules
were written.

- **accepted**: the request is accepted, and answers show what the service shows;
- **refused**: it is refused with this error, and leaves no trace;
- **not honoured**: the service would do it; Benchtop does not, and says so by name.

{count} rules: {accepted} accepted, {refused} refused, {not honoured} not honoured.
"""


def page() -> str:
    """The page's text."""
    counts = {"accepted": 0, "refused": 0, "not honoured": 0, "count": len(RULES)}
    counts |= Counter(each.verdict for each in RULES)
    ordered = sorted(RULES, key=lambda each: (_number(each), each.operation != CREATE))
    chapters = [
        _chapter(title, list(rules))
        for title, rules in groupby(ordered, key=lambda each: each.section.partition(".")[0])
    ]
    return "\n".join([HEAD.format_map(counts), *chapters])


def _chapter(number: str, rules: list[Rule]) -> str:
    head = f"## {number}. {SECTIONS[number]}\n\n| § | rule | verdict |\n| --- | --- | --- |\n"
    return head + "".join(_row(each) for each in rules)


def _row(rule: Rule) -> str:
    verdict = f"refused: `{rule.code}`" if rule.verdict == "refused" else rule.verdict
    operation = "" if rule.operation == CREATE else f" (`{rule.operation}`)"
    what = rule.what.replace("|", "\\|").replace("_", "\\_")
    return f"| {rule.section} | {what}{operation} | {verdict} |\n"


def _number(rule: Rule) -> tuple[int, ...]:
    return tuple(map(int, rule.section.split(".")))


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
