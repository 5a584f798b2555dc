"""Tools asked for from elsewhere: no path that somebody sends is ever opened.

In the place of a path stands the number of an uploaded document, a registered layer, or a file of the same form;
the results go into a folder of the server's own and come back as documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import OptionError, UnknownNameError
from ..text import Text
from .catalogue import TOOLS
from .check import checked
from .declare import Field, Tool

_OUTPUTS = ("out", "xlsx")
_REFUSED = ("rulebook",)
_FILES = ("path", "folder")
_LAYERED = ("layers", "rasters")
_STANDS = "$file"
_ALLOWED = Text(
    '先上传文件，再给出其编号，如 12；或登记的图层，如 {"layer": "coast"}',
    'Upload a document and give its id, 12 for example, or a registered layer, {"layer": "coast"}',
)


def remote_tools() -> tuple[Tool, ...]:
    """Tools that are offered over the network, with the inputs they have there."""
    return tuple(declared(t) for t in TOOLS if not t.local)


def declared(tool: Tool) -> Tool:
    """A tool without the inputs that only make sense on the machine itself."""
    return replace(tool, fields=tuple(f for f in tool.fields if f.name not in (*_OUTPUTS, *_REFUSED)))


def is_short(tool: Tool, given: Any = None) -> bool:
    """Whether it answers within a request: it reads no file and is not declared slow.

    A tool of the ledger that may read files is short as long as it is given none.
    """
    files = [f.name for f in declared(tool).fields if f.kind in (*_FILES, *_LAYERED)]
    if tool.group == "ledger" and isinstance(given, Mapping):
        files = [name for name in files if name in given]
    return not tool.slow and not files


def sent(tool: Tool, given: Any, reference: Callable[[Any, str], Mapping[str, Any]]) -> dict[str, Any]:
    """Inputs as a job keeps them: checked, with what stands for a path as a reference of ours.

    Parameters
    ----------
    given : object
        The document that was sent.
    reference : callable
        Takes what stands in the place of a path, and where; gives ``{"sha256", "name"}`` or ``{"layer"}``.

    Raises
    ------
    OptionError
        A path, an input that is for the machine itself, or what the declaration refuses.
    """
    if not isinstance(given, Mapping):
        raise OptionError(Text("应为一个JSON对象", "the inputs are to be a JSON object"), where="inputs")
    for name in (*_OUTPUTS, *_REFUSED):
        if name in given and any(f.name == name for f in tool.fields):
            raise _refused(name, given[name])
    offered = declared(tool)
    kept = {f.name: _kept(f, given[f.name], f.name, reference) for f in offered.fields if given.get(f.name) is not None}
    strange = {k: v for k, v in given.items() if k not in kept}
    checked(offered.fields, {**strange, **_filled(offered.fields, kept, lambda _: Path("file"))})
    return kept


def received(
    tool: Tool, kept: Mapping[str, Any], path_of: Callable[[Mapping[str, Any]], Path], out: Path
) -> dict[str, Any]:
    """Checked inputs of a tool from what a job kept, ready to run; results go to `out`."""
    given: dict[str, Any] = _filled(tool.fields, kept, path_of)
    for field in tool.fields:
        if field.name in _OUTPUTS:
            given[field.name] = str(out if field.kind == "folder" else out / f"{tool.id}.{field.name}")
    return checked(tool.fields, given)


def scrubbed(value: Any, folder: Path) -> Any:
    """A result without the folder it was made in: files by their names."""
    if isinstance(value, Mapping):
        return {k: scrubbed(v, folder) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(v, folder) for v in value]
    if isinstance(value, str):
        return value.replace(f"{folder}/out/", "").replace(f"{folder}/", "").replace(str(folder), "")
    return value


def _kept(field: Field, value: Any, where: str, reference: Callable[[Any, str], Mapping[str, Any]]) -> Any:
    if field.kind in _FILES:
        return _reference(value, where, reference)
    if field.kind in _LAYERED:
        return _layers(field, value, where, reference)
    return value


def _reference(value: Any, where: str, reference: Callable[[Any, str], Mapping[str, Any]]) -> dict[str, Any]:
    number = isinstance(value, int) and not isinstance(value, bool)
    named = isinstance(value, Mapping) and len(value) == 1 and set(value) <= {"document", "layer", "file"}
    if not number and not named:
        raise _refused(where, value)
    return {_STANDS: dict(reference({"document": value} if number else value, where))}


def _layers(field: Field, value: Any, where: str, reference: Callable[[Any, str], Mapping[str, Any]]) -> Any:
    """Layers with their options; one whose file is not said is the registered one of its name."""
    if isinstance(value, Mapping):
        value = [{"name": name, **({"path": v} if not isinstance(v, Mapping) else v)} for name, v in value.items()]
    if not isinstance(value, list) or not all(isinstance(v, Mapping) and "name" in v for v in value):
        return "" if isinstance(value, list) else value  # the check of the declaration says what is wrong
    made = []
    for n, given in enumerate(value):
        path = given.get("path", {"layer": given["name"]})
        made.append({**given, "path": _reference(path, f"{where}[{n}].path", reference)})
    return made


def _filled(fields: Sequence[Field], kept: Mapping[str, Any], path_of: Callable[[Mapping[str, Any]], Path]) -> Any:
    """The same inputs with paths of ours in the place of references, which stand in these two places only."""
    kinds = {f.name: f.kind for f in fields}

    def fill(name: str, value: Any) -> Any:
        if kinds.get(name) in _FILES:
            return str(path_of(value[_STANDS]))
        if kinds.get(name) in _LAYERED and isinstance(value, list):
            return [{**v, "path": str(path_of(v["path"][_STANDS]))} if isinstance(v, Mapping) else v for v in value]
        return value

    return {k: fill(k, v) for k, v in kept.items()}


def remote_tool(tool_id: str) -> Tool:
    """The tool of that id, with all its inputs, if it is offered over the network.

    Raises
    ------
    UnknownNameError
        There is none, or it works on the machine itself only.
    """
    found = next((t for t in TOOLS if t.id == tool_id and not t.local), None)
    if found is None:
        named = ", ".join(t.id for t in TOOLS if not t.local)
        raise UnknownNameError(
            Text(f"没有名为 {tool_id[:80]} 的工具", f"there is no tool {tool_id[:80]!r}"),
            Text(f"可用：{named}", f"Try {named}"), where="tool",
        )  # fmt: skip
    return found


def _refused(where: str, value: Any) -> OptionError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return OptionError(
        Text(f"服务器不打开所给路径 {shown}", f"the server opens no path that is sent, as {shown}"),
        _ALLOWED,
        where=where,
    )
