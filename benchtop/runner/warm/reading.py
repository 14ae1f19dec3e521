"""What a script imports before it does anything, read from its source.

Only what is imported in any case counts: at the top of a file, outside of ``if`` and ``try``. A
script that changes what an import would find or do (variables, search path) is not for us.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

MANY = 50
"""More own files than this are not read."""
NAMES = {"environ", "environb", "putenv", "unsetenv", "setdlopenflags", "set_start_method"}
HARMLESS_CALLS = {"get", "items", "keys", "values", "copy"}
APART = {"__future__", "__main__", "antigravity", "this", "site", "sitecustomize", "pip"}
FOREIGN = ("sagemaker", "smdebug", "smdistributed")
"""Libraries that read a job's variables when they are imported."""


class Unreadable(Exception):
    """The script cannot be started warm; the message says why."""


@dataclass(frozen=True)
class Prelude:
    """Modules to import (``a:b`` for b from a), in order; those to hide while doing so."""

    imports: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class _Import:
    """``import module``, or ``from module import members``; level dots before the module."""

    module: str
    members: tuple[str, ...] = ()
    level: int = 0


@dataclass(frozen=True)
class _Hide:
    """A module is made unimportable: a well-known way to save its time."""

    name: str


@dataclass(frozen=True)
class _Meddle:
    """What later imports find, or do, may be another thing from here on."""


_Event: TypeAlias = _Import | _Hide | _Meddle


def read(program: Path, folders: list[Path]) -> Prelude:
    """What to import for a program whose own modules are in these folders.

    Raises:
        Unreadable: when it would not be the same, or cannot be told.
    """
    reader = _Reader([program.parent, *folders])
    reader.file(program)
    return Prelude(tuple(dict.fromkeys(reader.imports)), tuple(dict.fromkeys(reader.hidden)))


class _Reader:
    """Follows a program's imports through its own files, in the order in which they happen."""

    def __init__(self, folders: list[Path]) -> None:
        self.imports: list[str] = []
        self.hidden: list[str] = []
        self._folders = folders
        self._seen: set[Path] = set()
        self._meddler = ""

    def file(self, path: Path) -> None:
        """Read a file, and the own files that it imports."""
        if path in self._seen:
            return
        self._seen.add(path)
        if len(self._seen) > MANY:
            raise Unreadable(f"it has more than {MANY} files")
        try:
            events = _scan(path.read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError) as fault:
            raise Unreadable(f"{path.name} cannot be read: {fault}") from fault
        for each in events:
            match each:
                case _Import():
                    self._import(each, path)
                case _Hide():
                    self.hidden.append(each.name)
                case _Meddle():
                    self._meddler = path.name

    def _import(self, each: _Import, path: Path) -> None:
        top = each.module.partition(".")[0]
        if not each.level and (top in APART or top.startswith(FOREIGN)):
            return
        own = self._own(each, path)
        if own is not None:
            for file in own:
                self.file(file)
        elif self._meddler:
            raise Unreadable(f"{self._meddler} changes what {each.module} would find")
        else:
            self.imports += [f"{each.module}:{name}" for name in each.members] or [each.module]

    def _own(self, each: _Import, path: Path) -> list[Path] | None:
        """The own files that an import runs; None if it is not of an own module."""
        parts = [part for part in each.module.split(".") if part]
        folder = path.parents[each.level - 1] if each.level else self._home(parts[0])
        if folder is None:
            return None
        places = [folder.joinpath(*parts[: count + 1]) for count in range(len(parts))]
        places += [folder.joinpath(*parts, member) for member in each.members]
        return [file for place in places for file in _files(place)]

    def _home(self, name: str) -> Path | None:
        for folder in self._folders:
            if (folder / f"{name}.py").is_file() or (folder / name).is_dir():
                return folder
        return None


def _files(place: Path) -> Iterator[Path]:
    for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
        if path.is_file():
            yield path
            return


@lru_cache(maxsize=256)
def _scan(source: bytes) -> tuple[_Event, ...]:
    """What happens at the top of a file, as far as it is of interest."""
    events: list[_Event] = []
    armed = False
    for each in ast.parse(source).body:
        hidden = _hides(each)
        if isinstance(each, ast.Import | ast.ImportFrom):
            events += _imports(each)
        elif hidden:
            events.append(_Hide(hidden))
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            armed = armed or _meddles(each)
        elif _meddles(each) or (armed and _calls(each)):
            events.append(_Meddle())
    return tuple(events)


def _calls(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(statement))


def _imports(statement: ast.Import | ast.ImportFrom) -> list[_Import]:
    names = tuple(alias.name for alias in statement.names)
    if isinstance(statement, ast.Import):
        return [_Import(name) for name in names]
    return [_Import(statement.module or "", names, statement.level)]


def _hides(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=modules, attr="setdefault"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=None)],
                keywords=[],
            )
        ) if _is_modules(modules):
            return name
        case ast.Assign(
            targets=[ast.Subscript(value=modules, slice=ast.Constant(value=str(name)))],
            value=ast.Constant(value=None),
        ) if _is_modules(modules):
            return name
    return None


def _is_modules(node: ast.expr) -> bool:
    return ast.unparse(node) == "sys.modules"


def _meddles(statement: ast.stmt) -> bool:
    """Whether a statement could change what later imports find, or do."""
    parents = {child: node for node in ast.walk(statement) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(statement):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
        if name in NAMES and not _only_reads(node, parents):
            return True
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {
            "sys.modules", "sys.path", "sys.meta_path", "sys.path_hooks",
        }:  # fmt: skip
            return True
    return False


def _only_reads(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    above = parents.get(node)
    if isinstance(above, ast.Attribute):
        return above.attr in HARMLESS_CALLS
    if isinstance(above, ast.Subscript):
        return isinstance(above.ctx, ast.Load)
    return isinstance(above, ast.Compare)
