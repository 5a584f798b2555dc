"""Puts the web pages into the wheel: built from ``web/`` where Node.js is at hand, left out with a word where not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_WITHOUT = "The web pages are left out: {why}. Everything else works; see docs/decisions/0053-web.md."


class WebPages(BuildHookInterface):  # type: ignore[type-arg]
    """Build ``web/dist`` and carry it as ``qinglu/web_dist``. An editable install builds by ``make web``."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is put together."""
        if self.target_name != "wheel" or version == "editable":
            return
        web = Path(self.root) / "web"
        if why := _cannot(web):
            self.app.display_warning(_WITHOUT.format(why=why))
            return
        _build(web)
        build_data["force_include"][str(web / "dist")] = "qinglu/web_dist"


def _cannot(web: Path) -> str:
    """Why the pages cannot be built; nothing where they can."""
    if os.environ.get("QINGLU_WITHOUT_WEB"):
        return "QINGLU_WITHOUT_WEB is set"
    if not (web / "package-lock.json").is_file():
        return "their source is not here"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node.js and npm are not on this machine"
    needed = json.loads((web / "package.json").read_text(encoding="utf-8"))["engines"]["node"]
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if _numbers(found) < _numbers(needed):
        return f"Node.js is {found}, they need {needed}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version)[:2])


def _build(web: Path) -> None:
    npm = str(shutil.which("npm"))
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([npm, *command], cwd=web, check=True, stdout=sys.stderr)
