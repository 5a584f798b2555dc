"""Screening: portfolio × layers × rules → the files and tables of the contract."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .. import __version__, example, portfolio, rules
from ..atlas import RasterLayer, VectorLayer, advice, read_raster, read_vector
from ..errors import InputError, NothingScreenedError, OptionError
from ..model import EXPOSURES, FINDINGS, LEDGER, NEAREST, ZONAL, Layer, Portfolio, Screening
from ..report import Nearby, Writer
from ..report.evidence import why
from ..screening import Rulings, cited, contract, judge, measure
from ..text import Lang, Text
from ..workspace import Workspace
from .catalogue import COLUMN_FIELDS
from .ledger_screening import Ledger

_WIDEST_KM = 1000.0
_DRAWN = 12  # features drawn on one project's map
_EXPLAINED = 50
AnyLayer = VectorLayer | RasterLayer


@dataclass(frozen=True)
class Screened:
    """What a screening left behind.

    Attributes
    ----------
    files : tuple of Path
        The report first.
    levels : mapping
        Projects by their worst level; ``unknown`` where nothing worse than unknown was found.
    unknowns : int
        Projects with anything unknown, whatever else was found.
    explained : tuple
        For ``--explain``: finding, and the steps that led to it.
    """

    read: int
    screened: int
    rejected: int
    levels: Mapping[str, int]
    unknowns: int
    files: tuple[Path, ...]
    seconds: float
    explained: tuple[tuple[Mapping[str, Any], tuple[tuple[str, str], ...]], ...] = ()
    exit_code: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "read": self.read,
            "screened": self.screened,
            "rejected": self.rejected,
            "levels": dict(self.levels),
            "with_unknowns": self.unknowns,
            "files": [str(p) for p in self.files],
            "explained": [
                {"finding": dict(f), "why": [list(s) for s in steps]} for f, steps in self.explained
            ],
        }


def screen(
    workspace: Workspace,
    portfolio: Path,
    layer: Sequence[Mapping[str, Any]],
    raster: Sequence[Mapping[str, Any]],
    atlas: bool,
    buffer_km: Sequence[float],
    on: date | None,
    rules: str,
    ledger: bool,
    rulebook: Path | None,
    explain: bool,
    format: Sequence[str],  # noqa: A002 - the name of the flag
    out: Path,
    **columns: str | None,
) -> Screened:
    """Screen a portfolio file and write the results to `out`; see the declaration for the inputs."""
    buffers_m = checked_buffers(buffer_km)
    fields = {name: columns[f"{name}_field"] for name in COLUMN_FIELDS if columns.get(f"{name}_field")}
    with _naming(portfolio):
        read = read_portfolio(workspace, portfolio, cast(Mapping[str, str], fields))
    layers = layers_of(workspace, layer, raster, atlas)
    further = (rulebook,) if rulebook else ()
    job = Job(workspace, read, layers, buffers_m, on or workspace.today, further, rules == "all", ledger)
    return job.write(out, format, explain=explain)


def demo(workspace: Workspace, on: date | None, format: Sequence[str], out: Path) -> Screened:  # noqa: A002
    """The embedded example against the starter atlas and the sketches of three parks."""
    read = read_portfolio(workspace, example.portfolio_path(), {})
    layers = [example_layer(workspace), *_atlas(workspace)]
    job = Job(workspace, read, layers, (1000.0, 5000.0, 10000.0, 50000.0), on or workspace.today)
    return job.write(out, format)


def example_layer(workspace: Workspace) -> VectorLayer:
    """The sketches of three parks, which say of themselves that they are a demonstration."""
    known = example.parks_layer()
    parks = read_vector(known.id, example.parks_path(), role=known.role, settings=workspace.settings)
    return replace(parks, layer=known)


class _naming:  # noqa: N801 - reads as a phrase where it is used
    """Errors about a portfolio name its file, whoever raises them."""

    def __init__(self, path: Path) -> None:
        self._name = path.name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, InputError) and self._name not in error.line("en"):
            error.where = f"{self._name}: {error.where}" if error.where else self._name


@dataclass(frozen=True)
class Job:
    """One screening, ready to run: into files piece by piece, or into tables at once."""

    workspace: Workspace
    portfolio: Portfolio
    layers: Sequence[AnyLayer]
    buffers_m: tuple[float, ...]
    on: date
    rulebooks: Sequence[Path] = ()
    everything: bool = False
    """The whole rulebook: colour, coal gate, EIA and duties beside what was measured."""
    ledger: bool = False
    """Estimates of emissions and of what building takes, from what the portfolio says of each project."""
    started: float = field(default_factory=time.perf_counter)

    @cached_property
    def book(self) -> rules.Rulebook:
        """The rules, loaded and checked once."""
        return self.workspace.rulebook(self.rulebooks)

    def pieces(self) -> Iterator[tuple[tuple[pa.Table, pa.Table, pa.Table], pa.Table, pa.Table | None]]:
        """Exposures, nearest and zonal, the findings, and what the ledger estimates, of each chunk of projects."""
        rulings = Rulings(self.book.clauses, self.on) if self.everything else None
        ledger, start = Ledger(self.portfolio) if self.ledger else None, 0
        with self.workspace.threads() as threads:
            for measures in measure(
                self.portfolio, self.layers, self.buffers_m,
                run=threads.map, threads=threads.n, progress=self.workspace.progress,
            ):  # fmt: skip
                findings = judge(measures, self.book.rules, self.on, advice)
                found = rulings.add_to(findings, measures.projects) if rulings else findings
                stop = start + len(measures.projects)
                yield contract(measures), found, ledger.table(start, stop) if ledger else None
                start = stop

    def frame(self) -> Screening:
        """Everything that is known before measuring."""
        standing = rules.in_force(self.book.rules, self.on)
        return Screening(
            portfolio=self.portfolio,
            layers=tuple(a.layer for a in self.layers),
            exposures=EXPOSURES.empty_table(),
            nearest=NEAREST.empty_table(),
            zonal=ZONAL.empty_table(),
            findings=FINDINGS.empty_table(),
            rules=tuple(r.as_dict() for r in standing),
            on=self.on,
            buffers_m=self.buffers_m,
            run=self._record({}),
            clauses=cited(self.book.clauses, self.on) if self.everything else (),
            ledger=LEDGER.empty_table() if self.ledger else None,
        )

    def tables(self) -> Screening:
        """Everything in memory, as Arrow tables."""
        frame = self.frame()
        parts = list(self.pieces())
        return replace(
            frame,
            exposures=pa.concat_tables([m[0] for m, _, _ in parts]),
            nearest=pa.concat_tables([m[1] for m, _, _ in parts]),
            zonal=pa.concat_tables([m[2] for m, _, _ in parts]),
            findings=pa.concat_tables([f for _, f, _ in parts]),
            ledger=pa.concat_tables([e for _, _, e in parts if e is not None]) if self.ledger else None,
        )

    def write(self, out: Path, formats: Sequence[str], *, explain: bool = False) -> Screened:
        """Everything into files; memory is bounded by a chunk of projects."""
        frame = self.frame()
        lang = cast(Lang, self.workspace.settings.lang)
        explained: list[Any] = []
        measured = time.perf_counter()
        with Writer(frame, out, formats, lang) as writer:
            for (exposures, nearest, zonal), findings, ledger in self.pieces():
                writer.append(exposures, nearest, zonal, findings, ledger)
                if explain and len(explained) < _EXPLAINED:
                    explained += self._explained(findings, frame, lang)
            seconds = {"measure_s": round(time.perf_counter() - measured, 3)}
            drawn = not {"html", "pdf", "docx"}.isdisjoint(formats)
            nearby = self._nearby(writer.worst(), writer.exposures()) if drawn else None
            land = self.workspace.atlas.land() if drawn else None
            seconds["total_s"] = round(time.perf_counter() - self.started, 3)
            levels, unknowns = writer.levels(), writer.unknowns()
            files = writer.finish(self._record(seconds), land=land, nearby=nearby)
        p = self.portfolio
        return Screened(
            p.n_read, len(p.projects), len(p.rejected), levels, unknowns, tuple(files),
            time.perf_counter() - self.started, tuple(explained[:_EXPLAINED]),
        )  # fmt: skip

    def _record(self, seconds: Mapping[str, float]) -> dict[str, Any]:
        return {
            "versions": versions(),
            "rulebooks": [part.as_dict() for part in self.book.parts],
            "settings": {
                "lang": self.workspace.settings.lang,
                "max_unpacked_mb": self.workspace.settings.max_unpacked_mb,
            },
            "timings": dict(seconds),
        }

    def _explained(self, findings: pa.Table, frame: Screening, lang: Lang) -> list[Any]:
        known = {rule["id"]: rule for rule in (*frame.clauses, *frame.rules)}
        layers: dict[str, Layer] = {a.id: a for a in frame.layers}
        out = []
        for level in ("critical", "warning"):
            rows = np.flatnonzero(findings["level"].to_numpy(zero_copy_only=False) == level)[:_EXPLAINED]
            for finding in findings.take(pa.array(rows)).to_pylist():
                steps = why(finding, known.get(finding["rule_id"]), layers.get(finding["layer_id"]), lang)
                out.append((finding, steps))
        return out

    def _nearby(self, ids: Sequence[str], exposures: pa.Table) -> dict[str, list[Nearby]]:
        """The nearest few features of each layer around the projects that get a map."""
        vectors = {a.layer.id: a for a in self.layers if isinstance(a, VectorLayer)}
        out: dict[str, list[Nearby]] = {}
        rows: dict[str, dict[str, int]] = {}
        near = exposures.filter(pc.is_in(exposures["project_id"], value_set=pa.array(ids, pa.string())))
        for row in near.select(["project_id", "layer_id", "feature_id", "feature_name"]).to_pylist():
            layer = vectors[row["layer_id"]]
            if layer.layer.role in ("country", "land"):
                continue
            if row["layer_id"] not in rows:
                names = layer.features["feature_id"].to_pylist()
                rows[row["layer_id"]] = {name: i for i, name in enumerate(names)}
            drawn = out.setdefault(row["project_id"], [])
            if sum(n.layer_id == row["layer_id"] for n in drawn) < _DRAWN:
                geometry = layer.index.geometries(np.array([rows[row["layer_id"]][row["feature_id"]]]))[0]
                drawn.append(Nearby(row["layer_id"], row["feature_name"], geometry))
        return out


def checked_buffers(buffer_km: Sequence[float]) -> tuple[float, ...]:
    """Buffers in metres, ascending, none twice.

    Raises
    ------
    OptionError
        None at all, negative, or beyond 1,000 km.
    """
    wrong = [b for b in buffer_km if not 0 <= b <= _WIDEST_KM]
    if wrong or not buffer_km:
        raise OptionError(
            Text(
                f"缓冲距离 {wrong[0] if wrong else '空'} 不可用",
                f"a buffer of {wrong[0] if wrong else 'nothing'} km is not possible",
            ),
            Text(f"请填写0至{_WIDEST_KM:g}千米", f"Use 0 to {_WIDEST_KM:g} km"),
            where="--buffer-km",
        )
    return tuple(sorted({1000.0 * b for b in buffer_km}))


def read_portfolio(workspace: Workspace, path: Path, fields: Mapping[str, str]) -> Portfolio:
    """The projects of a file, those in another country than declared flagged.

    Raises
    ------
    NothingScreenedError
        Every row was rejected.
    """
    workspace.progress("read", 0, 1)
    settings = workspace.settings
    read = portfolio.read(path, fields=fields, settings=settings, lang=cast(Lang, settings.lang))
    if not len(read.projects):
        first = read.rejected["message"][0].as_py() if len(read.rejected) else ""
        raise NothingScreenedError(
            Text(
                f"{read.n_read} 行全部无法使用；第一行：{first}",
                f"all {read.n_read} rows were rejected; the first: {first}",
            ),
            where=path.name,
        )
    return portfolio.flag_country_mismatch(read, *workspace.atlas.countries())


def layers_of(workspace: Workspace, layer: Sequence[Any], raster: Sequence[Any], atlas: bool) -> list[AnyLayer]:
    """The layers named; the whole atlas besides where it is asked for, or where none is named.

    Raises
    ------
    OptionError
        A name is given twice.
    """
    names = [given["name"] for given in (*layer, *raster)]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise OptionError(
            Text(f"图层名称 {twice[0]} 用了两次", f"the name {twice[0]!r} is given to two layers"),
            Text("请给每个图层不同的名称", "Give each layer a name of its own"),
            where="--layer",
        )
    chosen: list[AnyLayer] = []
    for given in layer:
        workspace.progress(given["name"], 0, 1)
        chosen.append(read_vector(**given, settings=workspace.settings))
    chosen += [read_raster(**given, settings=workspace.settings) for given in raster]
    if atlas or not names:
        taken = set(names)
        chosen += [a for a in _atlas(workspace) if a.layer.id not in taken]
    return chosen


def _atlas(workspace: Workspace) -> list[AnyLayer]:
    return [workspace.atlas.open(layer.id) for layer in workspace.atlas.list()]


def versions() -> dict[str, str]:
    """Of this code and of what its numbers rest on."""
    return {
        "qinglu": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in ("numpy", "shapely", "pyproj", "pyarrow", "rasterio")},
    }


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)
