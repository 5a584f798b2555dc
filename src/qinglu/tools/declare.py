"""What a tool says of itself. A declaration imports nothing heavy: `Tool.run` is found when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from ..text import Text

if TYPE_CHECKING:
    from ..workspace import Workspace

Kind = Literal[
    "text", "path", "folder", "integer", "numbers", "date", "choice", "choices", "flag", "layers", "rasters"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a tool.

    Attributes
    ----------
    name : str
        As in Python and JSON, ``buffer_km``; on the command line ``--buffer-km``.
    kind : str
        How it is written and checked.
    default : object
        What stands when nothing is given; None where there is none.
    positional : bool
        On the command line: without a flag.
    metavar : str
        On the command line, what to write in its place.
    """

    name: str
    kind: Kind
    help: Text
    default: Any = None
    required: bool = False
    positional: bool = False
    choices: tuple[str, ...] = ()
    metavar: str = ""
    unit: str = ""

    @property
    def flag(self) -> str:
        """The flag on the command line."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Tool:
    """One capability.

    Attributes
    ----------
    id : str
        Permanent; words of the command joined by hyphens, ``atlas-list``.
    command : tuple of str
        Its words on the command line.
    articles : tuple of str
        Articles of the Opinions it serves.
    function : str
        ``module:name`` of what runs, called with a workspace and the checked inputs.
    """

    id: str
    command: tuple[str, ...]
    title: Text
    summary: Text
    fields: tuple[Field, ...]
    function: str
    articles: tuple[str, ...] = ()

    def run(self, workspace: Workspace, given: Mapping[str, Any]) -> Any:
        """Run with checked inputs; fields left out take their defaults."""
        module, name = self.function.split(":")
        values = {f.name: given.get(f.name, f.default) for f in self.fields}
        return getattr(import_module(module), name)(workspace, **values)

    def as_dict(self) -> dict[str, Any]:
        """The declaration as JSON values."""
        return {
            "id": self.id,
            "command": " ".join(("qinglu", *self.command)),
            "title": self.title._asdict(),
            "summary": self.summary._asdict(),
            "articles": list(self.articles),
            "inputs": {
                f.name: {
                    "kind": f.kind,
                    "help": f.help._asdict(),
                    "required": f.required,
                    "default": list(f.default) if isinstance(f.default, tuple) else f.default,
                    **({"choices": list(f.choices)} if f.choices else {}),
                    **({"unit": f.unit} if f.unit else {}),
                }
                for f in self.fields
            },
        }
