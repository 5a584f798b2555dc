"""What a tool answers: a result, findings, how it was reached, and what of it nobody checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ..model.chart import Chart
from ..model.rule import Step
from ..text import Lang, Text


@dataclass(frozen=True, slots=True)
class Shown:
    """A short table for a person, where the whole result would be pages; files last, the report the very last.

    Attributes
    ----------
    columns : tuple of Text
    rows : tuple of tuple
        Texts in both languages, or what reads the same in both.
    lines : tuple of Text
        Below the table.
    files : tuple of str
        Paths.
    """

    columns: tuple[Text, ...]
    rows: tuple[tuple[Text | str, ...], ...]
    lines: tuple[Text, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, the same for every tool that judges or computes.

    Attributes
    ----------
    result : mapping
        What was asked for.
    findings : tuple of mapping
        What follows from it: each with ``rule_id``, ``level`` and ``explanation_zh`` / ``explanation_en``.
    trace : tuple of Step
        Inputs taken by default, clauses and formulas, in the order used.
    unverified : tuple of mapping
        Clauses the result rests on whose value nobody has read beside the official text.
    shown : Shown or None
        What a person sees in the terminal instead of the whole result.
    charts : tuple of Chart
        Plots of it; made into pictures only where they are asked for.
    behind : mapping
        What tools that build on this one need beyond the result, bounds for example; in no document.
    """

    result: Mapping[str, Any]
    findings: tuple[Mapping[str, Any], ...] = ()
    trace: tuple[Step, ...] = ()
    unverified: tuple[Mapping[str, Any], ...] = ()
    shown: Shown | None = None
    charts: tuple[Chart, ...] = ()
    behind: Mapping[str, Any] = field(default_factory=dict)

    def after(self, steps: Sequence[Step]) -> Answer:
        """The same answer with these steps before its own."""
        return replace(self, trace=(*steps, *self.trace))

    def as_dict(self) -> dict[str, Any]:
        """The document: ``result``, ``findings``, ``trace``, ``unverified``; each unverified clause once."""
        distinct = {_identity(u): u for u in self.unverified}
        return {
            "result": plain(self.result),
            "findings": plain(self.findings),
            "trace": [_step(s) for s in self.trace],
            "unverified": plain(tuple(distinct.values())),
        }

    def lines(self, lang: Lang) -> Iterator[str]:
        """For a person: the result, then how it was reached, then what is unverified."""
        document = self.as_dict()
        yield from _outline(document["result"], lang, "")
        for finding in document["findings"]:
            yield f"• {finding.get(f'explanation_{lang}', finding)}"
        if self.trace:
            yield Text("依据：", "How:").in_(lang)
        for step in self.trace:
            yield f"  {step.title.in_(lang)}: {step.text.in_(lang)}"
        if document["unverified"]:
            yield Text("以下依据尚未与官方文本核对：", "Not yet read beside the official text:").in_(lang)
        for entry in document["unverified"]:
            yield f"  {entry.get('rule_id', '')}  {entry.get(f'title_{lang}', '')}"


def _identity(entry: Mapping[str, Any]) -> str:
    if "rule_id" in entry:
        return f"{entry['rule_id']} {entry.get('valid_from')}"
    return json.dumps(plain(entry), sort_keys=True, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A value as JSON has it: days as ISO text, texts as ``{"zh", "en"}``, tuples as lists."""
    if isinstance(value, Text):
        return value._asdict()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if hasattr(value, "as_dict"):
        return plain(value.as_dict())
    return value


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "title": step.title._asdict(),
        "text": step.text._asdict(),
        "detail": plain(step.detail),
    }


def _outline(value: Any, lang: Lang, indent: str) -> Iterator[str]:
    """Nested values as indented lines, the other language left out."""
    other = "en" if lang == "zh" else "zh"
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key.endswith(f"_{other}") or f"{key}_{lang}" in value:
                continue
            name = key.removesuffix(f"_{lang}")
            if isinstance(part, Mapping) and set(part) == {"zh", "en"}:
                part = part[lang]
            if isinstance(part, Mapping | list) and part:
                yield f"{indent}{name}:"
                yield from _outline(part, lang, indent + "  ")
            else:
                yield f"{indent}{name}: {_word(part, lang)}"
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, Mapping | list):
                lines = list(_outline(part, lang, ""))
                yield from (f"{indent}{'- ' if n == 0 else '  '}{line}" for n, line in enumerate(lines))
            else:
                yield f"{indent}- {_word(part, lang)}"
    else:
        yield f"{indent}{_word(value, lang)}"


def _word(value: Any, lang: Lang) -> str:
    match value:
        case None:
            return "–"
        case True | False:
            return Text("是" if value else "否", "yes" if value else "no").in_(lang)
        case float():
            return f"{value:.6g}"
        case list() | dict():
            return Text("无", "none").in_(lang)
    return str(value)
