"""The command line: ``benchtop up · run · env · jobs · logs · operations · reset``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchtop.commands import env, jobs, logs, operations, reset, run, up
from benchtop.settings import Settings, SettingsError, read_settings

COMMANDS = {
    "up": up, "run": run, "env": env, "jobs": jobs, "logs": logs, "operations": operations,
    "reset": reset,
}  # fmt: skip

EXAMPLES = """\
examples:
  benchtop up                                   AWS at http://127.0.0.1:4747, until Ctrl-C
  benchtop run -- python -m pipelines run flights
                                                the same for as long as one command takes
  eval "$(benchtop env)"                        turn this shell towards benchtop
  benchtop jobs                                 what ran, and how it ended
  benchtop logs flights-001-5f0c2b1a            what a job printed
  benchtop reset                                forget everything
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="benchtop",
        description="AWS on your desk: speaks the AWS API and really runs the jobs.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.SUMMARY,
            description=command.SUMMARY,
            epilog=command.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument(
            "--state", metavar="DIR", help="where everything is kept (default: .benchtop)"
        )
        command.add_arguments(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    options = parser().parse_args(argv)
    try:
        settings = settings_for(options)
    except SettingsError as fault:
        print(f"benchtop: {fault}", file=sys.stderr)
        return 2
    try:
        return int(COMMANDS[options.command].act(settings, options))
    except BrokenPipeError:
        return 0


def settings_for(options: argparse.Namespace) -> Settings:
    """The project's settings, overridden by what the command line says."""
    given = {name: getattr(options, name, None) for name in ("state", "port", "isolation")}
    return read_settings(**given)


if __name__ == "__main__":
    sys.exit(main())
