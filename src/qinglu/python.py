"""The functions of the public face: what the command line does, on values in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .settings import Settings
from .text import Lang
from .workspace import Workspace

if TYPE_CHECKING:
    from .atlas import Atlas, RasterLayer, VectorLayer
    from .model import Portfolio, Screening
    from .rules import Rulebook

BUFFERS_KM = (1.0, 5.0, 10.0, 50.0)


def read_portfolio(
    path: str | Path, *, fields: Mapping[str, str] | None = None, settings: Settings | None = None
) -> Portfolio:
    """Projects of a file, every row accounted for. See `qinglu.portfolio.read`."""
    from . import portfolio

    return portfolio.read(Path(path), fields=fields, settings=settings or Settings.from_environment())


def read_vector(
    name: str,
    path: str | Path,
    *,
    role: str | None = None,
    id_field: str | None = None,
    name_field: str | None = None,
    settings: Settings | None = None,
) -> VectorLayer:
    """A vector layer from a file. See `qinglu.atlas.read_vector`."""
    from .atlas import read_vector as read

    settings = settings or Settings.from_environment()
    return read(name, Path(path), role=role, id_field=id_field, name_field=name_field, settings=settings)


def read_raster(
    name: str, path: str | Path, *, role: str = "other", band: int = 1, settings: Settings | None = None
) -> RasterLayer:
    """A raster from a file. See `qinglu.atlas.read_raster`."""
    from .atlas import read_raster as read

    return read(name, Path(path), role=role, band=band, settings=settings or Settings.from_environment())


def load_rules(directories: Sequence[str | Path] = ()) -> Rulebook:
    """The built-in rules, those of installed packages, and those of `directories`."""
    from . import rules

    return rules.load([Path(d) for d in directories])


def screen(
    portfolio: Portfolio | str | Path,
    layers: Atlas | Sequence[VectorLayer | RasterLayer] | None = None,
    *,
    buffer_km: Sequence[float] = BUFFERS_KM,
    on: date | None = None,
    rules: Literal["screening", "all"] = "screening",
    ledger: bool = False,
    rulebooks: Sequence[str | Path] = (),
    settings: Settings | None = None,
) -> Screening:
    """Screen a portfolio; everything stays in memory.

    Parameters
    ----------
    portfolio : Portfolio, str or Path
        Projects, or the file to read them from.
    layers : Atlas, or sequence of VectorLayer and RasterLayer, optional
        What to measure against; without it the whole atlas of this machine.
    buffer_km : sequence of float
        Kilometres; every feature within the widest is listed.
    on : date, optional
        The day whose rules apply; today without it.
    rules : "screening" or "all"
        ``all`` adds colour, coal gate, EIA and duties of every project to its findings.
    ledger : bool
        Whether to estimate what each project emits and what building it takes.
    rulebooks : sequence of path
        Folders of further rules.
    settings : Settings, optional
        From the environment without it.

    Returns
    -------
    Screening
        Arrow tables ``exposures``, ``nearest``, ``zonal``, ``findings``, ``ledger`` where asked for, and the account
        of every row.

    Raises
    ------
    InputError
        The portfolio, a layer or an option cannot be used.
    """
    from .atlas import Atlas
    from .model import Portfolio
    from .tools.screening import Job, checked_buffers

    settings = settings or Settings.from_environment()
    today = date.today()  # noqa: DTZ011 - the caller's own day, where none is given
    workspace = Workspace(settings, today)
    read = portfolio if isinstance(portfolio, Portfolio) else read_portfolio(portfolio, settings=settings)
    if layers is None:
        layers = workspace.atlas
    chosen = [layers.open(a.id) for a in layers.list()] if isinstance(layers, Atlas) else list(layers)
    folders = tuple(Path(d) for d in rulebooks)
    job = Job(workspace, read, chosen, checked_buffers(buffer_km), on or today, folders, rules == "all", ledger)
    return job.tables()


def write_report(
    screening: Screening,
    out: str | Path,
    *,
    formats: Sequence[str] = ("csv", "parquet", "xlsx", "html", "geojson"),
    lang: Lang = "en",
) -> list[Path]:
    """Write a screening to files, all of them or none. See `qinglu.report.write`."""
    from .report import write

    return write(screening, Path(out), formats, lang)


def example_portfolio() -> Portfolio:
    """The embedded example: well-known overseas projects, each with a public source."""
    from . import example

    return read_portfolio(example.portfolio_path())


def example_parks() -> VectorLayer:
    """Demonstration sketches of three Kenyan national parks; never a boundary."""
    from dataclasses import replace

    from . import example

    known = example.parks_layer()
    return replace(read_vector(known.id, example.parks_path(), role=known.role), layer=known)
