"""The tool ``classify``: the guidance on a day, put to one project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ..model.level import Level
from ..rules.classify import COLOURS, Classified, Guidance
from ..text import Text
from ..workspace import Workspace
from .answer import Answer

LEVELS: Mapping[str | None, Level] = {
    "red": Level.WARNING,
    "yellow": Level.NOTE,
    "green": Level.CLEAR,
    None: Level.UNKNOWN,
}
"""How a colour weighs among findings. A colour is no level: it is always shown as a word of its own."""


def classify(
    workspace: Workspace,
    project_type: str,
    measures: Sequence[str] = (),
    infringes_sensitive_area: bool = False,
    assessed: Mapping[str, str] | None = None,
    on: date | None = None,
) -> Answer:
    """The colour of a project type under its circumstances; see the declaration for the inputs.

    Raises
    ------
    OptionError
        A project type that the guidance does not name on that day.
    """
    guidance = Guidance.on(workspace.rulebook().clauses, on or workspace.today)
    found = guidance.classify(
        project_type, measures, infringes_sensitive_area=infringes_sensitive_area, assessed=assessed
    )
    return Answer(found.as_dict(), (finding(found),), found.trace, found.unverified())


def finding(found: Classified) -> dict[str, Any]:
    """The colour as a finding, resting on the clause of the project type."""
    colour = COLOURS[found.colour] if found.colour else Text("未知", "unknown")
    return {
        "rule_id": found.rests_on[0][0].id,
        "level": str(LEVELS[found.colour]),
        "explanation_zh": f"绿色发展指南：{colour.zh}。{found.why.zh}",
        "explanation_en": f"GDG: {colour.en}. {found.why.en}",
    }
