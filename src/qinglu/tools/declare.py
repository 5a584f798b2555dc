"""What a tool says of itself. A declaration imports nothing heavy: `Tool.run` is found when it is called."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from ..text import Text

if TYPE_CHECKING:
    from ..workspace import Workspace

Kind = Literal[
    "text", "path", "folder", "integer", "numbers", "date", "choice", "choices", "flag", "layers", "rasters",
    "number", "boolean", "country", "object", "map", "list", "place", "places", "span", "inputs",
]  # fmt: skip
NESTED = ("object", "map", "list")


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a tool.

    Attributes
    ----------
    name : str
        As in Python and JSON, ``buffer_km``; on the command line ``--buffer-km``.
    kind : str
        How it is written and checked; ``inputs`` is a JSON object for another tool, which then checks it.
    default : object
        What stands when nothing is given; None where there is none.
    positional : bool
        On the command line: without a flag.
    metavar : str
        On the command line, what to write in its place.
    fields : tuple of Field
        Inside an ``object``, inside every value of a ``map`` whose keys are `choices` (any name where there are
        none), or the options of each of ``layers`` and ``rasters`` where a tool takes JSON.
    item : Field or None
        What a ``list`` holds, text where none is given; or the values of a ``map`` that are no objects.
    minimum, maximum : float or None
        Bounds of a number, both allowed.
    titles : mapping
        Titles of `choices` in both languages, where they have any.
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
    fields: tuple[Field, ...] = ()
    item: Field | None = None
    minimum: float | None = None
    maximum: float | None = None
    titles: Mapping[str, Text] = field(default_factory=dict)

    @property
    def flag(self) -> str:
        """The flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def parameter(self) -> str:
        """The name in Python: ``from_`` for ``from``, which is a word of the language."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name

    def as_dict(self) -> dict[str, Any]:
        """The declaration as JSON values; every enumeration is listed."""
        made: dict[str, Any] = {
            "kind": self.kind,
            "help": self.help._asdict(),
            "required": self.required,
            "default": list(self.default) if isinstance(self.default, tuple) else self.default,
        }
        if self.choices:
            made["choices"] = list(self.choices)
        if self.titles:
            made["titles"] = {k: v._asdict() for k, v in self.titles.items()}
        for name in ("unit", "minimum", "maximum"):
            if getattr(self, name) not in ("", None):
                made[name] = getattr(self, name)
        if self.fields:
            made["fields"] = {f.name: f.as_dict() for f in self.fields}
        if self.item is not None:
            made["item"] = self.item.as_dict()
        return made


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
    answers: bool = False
    """Whether it takes JSON and returns an `Answer`: ``qinglu run TOOL --input FILE|-``."""
    local: bool = False
    """Whether it works on the machine itself only, and is never offered over the network."""
    steward: bool = False
    """Whether it changes the layers of the machine: on a server that is a steward's to do."""
    slow: bool = False
    """Whether it may take more than a moment though it reads no file: on a server it becomes a job."""
    group: str = ""
    """What it is shown with: ``ledger``."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """Inputs that run as they stand: what a form begins with, and what a reader of the reference can try."""

    def run(self, workspace: Workspace, given: Mapping[str, Any]) -> Any:
        """Run with checked inputs; fields left out take their defaults."""
        module, name = self.function.split(":")
        values = {f.parameter: given.get(f.name, f.default) for f in self.fields}
        made = getattr(import_module(module), name)(workspace, **values)
        if not self.answers:
            return made
        return made.after(self._defaults(given))

    def _defaults(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """The first step of an answer: which inputs were taken by default."""
        from ..model.rule import Step

        taken = {f.name: f.default for f in self.fields if f.name not in given and f.default not in (None, (), "")}
        if not taken:
            return ()
        shown = ", ".join(
            f"{name} = {','.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in taken.items()
        )
        return (
            Step(
                "input",
                Text("默认值", "By default"),
                Text(f"未给出，取默认值：{shown}", f"Not given, taken by default: {shown}"),
                taken,
            ),
        )

    def as_dict(self) -> dict[str, Any]:
        """The declaration as JSON values."""
        made: dict[str, Any] = {
            "id": self.id,
            "command": " ".join(("qinglu", *self.command)),
            "title": self.title._asdict(),
            "summary": self.summary._asdict(),
            "articles": list(self.articles),
        }
        if self.group:
            made["group"] = self.group
        if self.example:
            made["example"] = dict(self.example)
        return {**made, "inputs": {f.name: f.as_dict() for f in self.fields}}
