"""``run.json``: what was read, with which code, layers and settings, and what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..model import Screening


def run_record(screening: Screening, files: Sequence[Path]) -> dict[str, Any]:
    """The account of a run. Everything that differs from run to run stands in ``timings``.

    Parameters
    ----------
    screening : Screening
        Its `run` mapping (versions, settings, timings and what else the run knows) is taken over.
    files : sequence of Path
        Results already written, to be listed with size and sha256.
    """
    portfolio = screening.portfolio
    given = dict(screening.run)
    timings = given.pop("timings", {})
    own: dict[str, Any] = {
        "read": portfolio.n_read,
        "screened": portfolio.projects.num_rows,
        "rejected": portfolio.rejected.num_rows,
        "portfolio": {
            "source": portfolio.source,
            "sha256": portfolio.sha256,
            "fields": dict(portfolio.fields),
            **portfolio.meta,
        },
        "on": screening.on.isoformat(),
        "buffers_m": list(screening.buffers_m),
        "layers": [_layer(layer) for layer in screening.layers],
        "rules": [rule["id"] for rule in screening.rules],
        "ledger": screening.ledger is not None,
    }
    if screening.clauses:
        own["clauses"] = [clause["id"] for clause in screening.clauses]
    rest = {k: v for k, v in given.items() if k not in own}
    return {**own, **rest, "files": _written(files), "timings": timings}


def write_run(path: Path, screening: Screening, files: Sequence[Path]) -> None:
    """Write `run_record` as JSON."""
    _write(path, run_record(screening, files))


def write_account(path: Path, account: Mapping[str, Any], files: Sequence[Path], timings: Mapping[str, float]) -> None:
    """Write the account of a run that is no screening: what it says of itself, the files, the timings apart."""
    _write(path, {**account, "files": _written(files), "timings": dict(timings)})


def _write(path: Path, record: Mapping[str, Any]) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=2, default=_plain)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _written(files: Sequence[Path]) -> list[dict[str, Any]]:
    return [{"name": p.name, "bytes": p.stat().st_size, "sha256": _sha256(p)} for p in sorted(files)]


def _layer(layer: Any) -> dict[str, Any]:
    record = asdict(layer)
    for key, value in record.items():
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            record[key] = value._asdict()
    return record


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (tuple, set, frozenset)):
        return sorted(value)
    return str(value)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
