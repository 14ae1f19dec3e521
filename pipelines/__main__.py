"""``python -m pipelines``: from a definition to a served model, wherever AWS's API is spoken."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

ENVIRONMENT = "local"
LONGEST = 600  # characters of a complaint; a proxy may answer with a whole page
EXAMPLES = {
    "list": "python -m pipelines list",
    "show": "python -m pipelines show flights --environment prod | jq .Steps[].Name",
    "upsert": "python -m pipelines upsert flights",
    "start": "python -m pipelines start flights --parameter MaxJobs=40 --parameter Strategy=Random",
    "watch": "python -m pipelines watch            # the latest execution",
    "run": "python -m pipelines run flights --parameter MaxJobs=10",
    "stop": "python -m pipelines stop             # the latest execution",
}
SUMMARIES = {
    "list": "the pipelines and environments of this project",
    "show": "print a pipeline's definition; needs no AWS",
    "upsert": "create a pipeline, or bring it up to date",
    "start": "start an execution of a pipeline as it was last upserted",
    "watch": "watch an execution until it ends; leaving does not stop it",
    "run": "data, upsert, start, watch, and then what it came to",
    "stop": "stop an execution; what it has done stays",
}
CODES = "exit codes: 0 succeeded, 1 failed, 2 wrong usage, 3 stopped, 130 left by Ctrl-C"


def parser() -> argparse.ArgumentParser:
    """Every command with its own help and an example."""
    top = argparse.ArgumentParser(
        prog="python -m pipelines",
        description="Compile, start and watch this project's SageMaker pipelines.",
        epilog="examples:\n"
        + "\n".join(f"  {each}" for each in EXAMPLES.values())
        + f"\n\n{CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in SUMMARIES.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"example:\n  {EXAMPLES[name]}\n\n{CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_arguments(command, name)
    return top


def _add_arguments(command: argparse.ArgumentParser, name: str) -> None:
    if name == "list":
        return
    command.add_argument(
        "--environment",
        default=os.environ.get("ENVIRONMENT", ENVIRONMENT),
        help="where, as environments.py names it (default: $ENVIRONMENT, else local)",
    )
    if name in ("watch", "stop"):
        command.add_argument(
            "execution", nargs="?", metavar="EXECUTION", help="its ARN (default: the latest)"
        )
        return
    command.add_argument("name", metavar="NAME", help="the pipeline's name, as `list` prints it")
    if name in ("start", "run"):
        command.add_argument(
            "--parameter",
            action=Parameter,
            default={},
            metavar="NAME=VALUE",
            help="a pipeline parameter; may be repeated",
        )


class Parameter(argparse.Action):
    """Collects NAME=VALUE pairs."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        _option: str | None = None,
    ) -> None:
        """Take one pair."""
        name, equals, value = str(values).partition("=")
        if not equals or not name:
            parser.error(f"--parameter takes NAME=VALUE, not '{values}'")
        setattr(namespace, self.dest, {**getattr(namespace, self.dest), name: value})


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; complaints are sentences, never tracebacks."""
    asked = parser().parse_args(given)
    from pipelines import commands  # noqa: PLC0415 - --help needs none of it

    action = commands.list_ if asked.command == "list" else getattr(commands, asked.command)
    try:
        return int(action(asked))
    except KeyboardInterrupt:
        return commands.INTERRUPTED
    except EndpointConnectionError as silent:
        print(f"{silent}. Is AWS_ENDPOINT_URL right, and does it answer?", file=sys.stderr)
    except (ClientError, BotoCoreError, LookupError, OSError, ValueError, RuntimeError) as wrong:
        print(_sentence(wrong), file=sys.stderr)
    return 1


def _sentence(wrong: Exception) -> str:
    text = str(wrong.args[0]) if wrong.args else type(wrong).__name__
    said = text if isinstance(wrong, LookupError) else str(wrong)
    return " ".join(said.split())[:LONGEST]


if __name__ == "__main__":
    sys.exit(main())
