"""Rulebooks from directories: the built-in one, those of installed packages, those a user names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from ..errors import RulebookError, UnknownNameError
from ..model.level import Level
from ..model.rule import Dated, Rule, Tier
from ..text import Text
from .checks import check_rule
from .clauses import Clauses, load_clauses
from .files import BUILTIN, check_schema, holds_clauses, read_yaml, rule_files
from .reading import cite_from, day_from

ENTRY_POINTS = "qinglu.rulebooks"
"""An installed package offers a rulebook here: a path, or a function without arguments that returns one."""


@dataclass(frozen=True)
class Part:
    """One rulebook directory as loaded; `sha256` is over its rule files in order."""

    id: str
    version: str
    title: Text
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """What a run records of it."""
        return {"id": self.id, "version": self.version, "title": self.title._asdict(), "sha256": self.sha256}


@dataclass(frozen=True)
class Rulebook:
    """Rules in the order of their topics, then of their ids, and clauses beside them.

    Attributes
    ----------
    rules : tuple of Rule
        What judges measures.
    topics : mapping of topic to its title, in the order of reading
    parts : tuple of Part
        Each directory the rules came from.
    """

    rules: tuple[Rule, ...]
    topics: Mapping[str, Text]
    parts: tuple[Part, ...]
    clause_files: tuple[tuple[Path, str, str], ...] = ()
    """File, its name in messages, and the rulebook it is of."""
    directories: tuple[Path, ...] = ()
    """Where the parts were read from, in the same order."""

    @cached_property
    def clauses(self) -> Clauses:
        """What laws, standards and policies ask; read when first asked for.

        Raises
        ------
        RulebookError
            As `load`; and a topic that no title page names.
        """
        found = load_clauses(self.clause_files)
        for clause in found:
            self._refuse_unknown(clause.topic, clause.id)
        return found

    def _refuse_unknown(self, topic: str, where: str) -> None:
        if topic not in self.topics:
            raise RulebookError(
                Text(f"未知主题“{topic}”", f"topic '{topic}' is not known"),
                Text(f"可用：{'、'.join(self.topics)}", f"One of {', '.join(self.topics)}; or add it to rulebook.yaml"),
                where=where,
            )

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id.

        Raises
        ------
        UnknownNameError
            No rule has this id; near ids are named.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        import difflib

        near = "、".join(difflib.get_close_matches(rule_id, [r.id for r in self.rules], n=3, cutoff=0.4)) or "–"
        raise UnknownNameError(
            Text(f"没有编号为 {rule_id} 的规则", f"No rule has the id {rule_id}"),
            Text(f"相近的编号：{near}", f"Near it: {near.replace('、', ', ')}"),
        )


def load(directories: Sequence[Path] = (), *, builtin: bool = True, installed: bool = True) -> Rulebook:
    """Load and check rulebooks; a later directory adds rules, it never replaces any.

    Parameters
    ----------
    directories : sequence of Path
        Rulebook directories named by the user; each has a ``rulebook.yaml``.
    builtin : bool
        The rulebook of the package.
    installed : bool
        Those that installed packages offer under the entry point ``qinglu.rulebooks``.

    Raises
    ------
    RulebookError
        A file that cannot be read or does not fit the schema; a value without citation; periods that
        overlap or are out of order; a unit, measure, comparison, predicate or role that nobody knows;
        a day of checking before the value it vouches for; an id that occurs twice.

    Examples
    --------
    >>> book = load(installed=False)
    >>> book.rule("screening.protected-areas").title.en
    'Protected areas'
    """
    wanted = [*([BUILTIN] if builtin else []), *(_installed() if installed else []), *directories]
    distinct = dict.fromkeys(Path(p).resolve() for p in wanted)
    rules: list[Rule] = []
    topics: dict[str, Text] = {}
    parts: list[Part] = []
    files: list[tuple[Path, str, str]] = []
    for directory in distinct:
        part, part_topics, part_rules, part_files = _load_one(directory)
        parts.append(part)
        files.extend(part_files)
        topics = {**topics, **{k: v for k, v in part_topics.items() if k not in topics}}
        rules.extend(part_rules)
    _refuse_repeated(r.id for r in rules)
    order = {t: i for i, t in enumerate(topics)}
    book = Rulebook(tuple(rules), topics, tuple(parts), tuple(files), tuple(distinct))
    for rule in rules:
        book._refuse_unknown(rule.topic, rule.id)
    return replace(book, rules=tuple(sorted(rules, key=lambda r: (order[r.topic], r.id))))


def rule_from(document: Mapping[str, Any], *, rulebook: str, where: str) -> Rule:
    """A rule from one document, refused where it breaks the schema or `qinglu.rules.checks`."""
    check_schema(document, where)
    scale = document.get("scale")
    rule = Rule(
        id=document["id"],
        title=Text(**document["title"]),
        question=Text(**document["question"]),
        topic=document["topic"],
        applies_to={k: (v,) if isinstance(v, str) else tuple(v) for k, v in document["applies_to"].items()},
        measure=document["measure"],
        unit=document["unit"],
        compare=document["compare"],
        tiers=tuple(_tier(t, where) for t in document["tiers"]),
        asks_for_layer=document.get("asks_for_layer", True),
        unclassed=Text(**document["unclassed"]) if "unclassed" in document else None,
        scale=(float(scale["min"]), float(scale["max"])) if scale else None,
        rulebook=rulebook,
    )
    check_rule(rule, where)
    return rule


def _load_one(directory: Path) -> tuple[Part, dict[str, Text], list[Rule], list[tuple[Path, str, str]]]:
    head = read_yaml(directory / "rulebook.yaml")
    if not isinstance(head, dict) or not {"id", "version", "title", "topics"} <= set(head):
        raise RulebookError(
            Text(
                "rulebook.yaml 须有 id、version、title、topics",
                "rulebook.yaml needs id, version, title, topics",
            ),
            where=str(directory.name),
        )
    name = f"{head['id']} {head['version']}"
    digest = hashlib.sha256()
    rules, files = [], []
    for path in rule_files(directory):
        where = path.relative_to(directory).as_posix()
        digest.update(where.encode() + b"\0" + path.read_bytes())
        if holds_clauses(path):
            files.append((path, where, name))
        else:
            rules.append(rule_from(read_yaml(path), rulebook=name, where=where))
    topics = {k: Text(**v) for k, v in head["topics"].items()}
    part = Part(str(head["id"]), str(head["version"]), Text(**head["title"]), digest.hexdigest())
    return part, topics, rules, files


def _installed() -> list[Path]:
    found = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        offered = point.load()
        found.append(Path(offered() if callable(offered) else offered))
    return found


def _refuse_repeated(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for rule_id in ids:
        if rule_id in seen:
            raise RulebookError(
                Text("该规则编号出现两次", "this rule id occurs twice"),
                Text("编号一经发布不再更改；请换用新编号", "Ids are permanent; choose another for the new rule"),
                where=rule_id,
            )
        seen.add(rule_id)


def _tier(given: Mapping[str, Any], where: str) -> Tier:
    return Tier(
        level=Level(given["level"]),
        says=Text(**given["says"]),
        values=tuple(_dated(v, where) for v in given["values"]),
        feature_class=tuple(given.get("feature_class", ())),
    )


def _dated(given: Mapping[str, Any], where: str) -> Dated:
    value = given["value"]
    return Dated(
        valid_from=day_from(given["valid_from"], where),
        value=None if value is None else float(value),
        cite=cite_from(given["cite"], where),
        also=tuple(cite_from(c, where) for c in given.get("also", ())),
        basis=Text(**given["basis"]) if "basis" in given else None,
        expected=given.get("expected", False),
    )
