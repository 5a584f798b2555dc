"""Results of a screening written to a folder, whole or in pieces, all at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import shapely

from ..errors import OptionError
from ..model import EXPOSURES, FINDINGS, LEDGER, NEAREST, REJECTED, SCREENED, ZONAL, Screening
from ..text import Lang, Text
from .atomic import Stage
from .docx import write_docx
from .geojson import write_geojson
from .html import Bounds, write_html
from .paper import paper
from .pdf import check_installed, write_pdf
from .projects import project_table
from .runfile import write_run
from .sitemap import Nearby
from .summary import asked_roles, summarise
from .tables import TableWriter
from .tally import WORST_FIRST, Tally
from .workbook import Workbook

FORMATS = ("csv", "parquet", "xlsx", "html", "geojson", "pdf", "docx")
"""What `write` can make. ``rejected.csv`` and ``run.json`` are always made."""
_SCHEMAS = {"exposures": EXPOSURES, "nearest": NEAREST, "zonal": ZONAL, "findings": FINDINGS}


class Writer:
    """Writes the results of a screening that arrives piece by piece.

    Files grow in a hidden folder and are moved to `out` by `finish`; leaving the ``with`` block before
    that, by Ctrl-C say, leaves `out` as it was.

    Parameters
    ----------
    frame : Screening
        All that is known before the pieces come: portfolio, layers, rules, date, buffers. Its tables
        are not read.
    out : Path
        The folder for the results; made if it is not there.
    formats : sequence of str
        Of `FORMATS`.
    lang : "zh" or "en"
        Of the report and the workbook's summary.
    bounds : Bounds
        How many projects the HTML page lists and details.

    Raises
    ------
    OptionError
        A format that nobody knows, or none at all.
    """

    def __init__(
        self, frame: Screening, out: Path, formats: Sequence[str], lang: Lang, *, bounds: Bounds | None = None
    ) -> None:
        self._formats = _known(formats)
        if self._formats & {"pdf", "docx"}:
            check_installed(self._formats)
        self._frame = frame
        self._lang = lang
        self._bounds = bounds or Bounds()
        ledger = frame.ledger is not None
        asked = asked_roles(frame.rules, frame.clauses)
        self._tally = Tally(frame.portfolio, self._bounds.listed, asked, ledger=ledger)
        self._stage = Stage(out)
        self._tables = [
            (name, TableWriter(self._stage.path(f"{name}.{kind}"), schema))
            for kind in ("csv", "parquet")
            if kind in self._formats
            for name, schema in ({**_SCHEMAS, "ledger": LEDGER} if ledger else _SCHEMAS).items()
        ]
        xlsx = "xlsx" in self._formats
        self._book = Workbook(self._stage.path("report.xlsx"), lang, ledger=ledger) if xlsx else None

    def append(
        self, exposures: pa.Table, nearest: pa.Table, zonal: pa.Table, findings: pa.Table,
        ledger: pa.Table | None = None,
    ) -> None:  # fmt: skip
        """Add the rows of some projects. All rows of one project come in the same piece.

        `ledger` comes along where the frame has a table of it, and only there.
        """
        tables = {"exposures": exposures, "nearest": nearest, "zonal": zonal, "findings": findings}
        if ledger is not None:
            tables["ledger"] = ledger
        for name, writer in self._tables:
            writer.append(tables[name])
        if self._book:
            self._book.append(tables)
        self._tally.add(tables)

    def finish(
        self,
        run: Mapping[str, Any] | None = None,
        *,
        land: shapely.Geometry | None = None,
        nearby: Mapping[str, Sequence[Nearby]] | None = None,
    ) -> list[Path]:
        """Write what needs the whole, move everything into place, and name the files.

        Parameters
        ----------
        run : mapping, optional
            The account of the run, now that it is complete; that of the frame otherwise.
        land : shapely geometry, optional
            Polygons in longitude/latitude to draw under the maps.
        nearby : mapping, optional
            Features to draw on the maps of single projects, by project id.

        Returns
        -------
        list of Path
            ``report.html`` first where there is one, ``run.json`` last.
        """
        frame = self._frame if run is None else replace(self._frame, run=run)
        for _, writer in self._tables:
            writer.close()
        with TableWriter(self._stage.path("rejected.csv"), REJECTED) as rejected:
            rejected.append(frame.portfolio.rejected)
        for kind in {"csv", "parquet"} & self._formats:
            with TableWriter(self._stage.path(f"projects.{kind}"), SCREENED) as screened:
                screened.append(project_table(frame.portfolio, self._tally))
        summary = summarise(frame, self._tally)
        if self._book:
            self._book.finish(frame, summary)
        if "geojson" in self._formats:
            write_geojson(self._stage.path("projects.geojson"), frame.portfolio, self._tally)
        detail = self._tally.detail() if self._formats & {"html", "pdf", "docx"} else None
        if "html" in self._formats and detail is not None:
            path = self._stage.path("report.html")
            write_html(
                path, frame, summary, self._tally, detail, self._lang,
                bounds=self._bounds, land=land, nearby=nearby,
            )  # fmt: skip
        for kind, written in (("pdf", write_pdf), ("docx", write_docx)):
            if kind in self._formats and detail is not None:
                made = paper(frame, summary, self._tally, detail, self._lang, land=land, nearby=nearby)
                written(self._stage.path(f"report.{kind}"), made, _moment(frame.on))
        write_run(self._stage.path("run.json"), frame, self._stage.files())
        paths = self._stage.commit()
        return sorted(paths, key=lambda p: p.name != "report.html")

    def levels(self) -> dict[str, int]:
        """Projects by their worst level; what is unknown is never counted as clear."""
        worst = np.bincount(self._tally.worst(), minlength=len(WORST_FIRST))
        return {str(level): int(n) for level, n in zip(WORST_FIRST, worst, strict=True)}

    def exposures(self) -> pa.Table:
        """Exposures of the worst projects so far, for whoever wants to draw features."""
        return self._tally.detail().tables["exposures"]

    def unknowns(self) -> int:
        """Projects with anything unknown, whatever else was found."""
        return int(self._tally.has_unknown().sum())

    def worst(self, n: int | None = None) -> list[str]:
        """Ids of the worst projects so far: those whose maps can show features that are near."""
        n = self._bounds.detailed if n is None else n
        rows = self._tally.order()[:n]
        ids: list[str] = self._frame.portfolio.projects["project_id"].take(pa.array(rows)).to_pylist()
        return ids

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, writer in self._tables:
            writer.close()
        if self._book:
            self._book.abandon()
        self._stage.discard()


def write(
    screening: Screening,
    out: Path,
    formats: Sequence[str],
    lang: Lang,
    *,
    land: shapely.Geometry | None = None,
    nearby: Mapping[str, Sequence[Nearby]] | None = None,
    bounds: Bounds | None = None,
) -> list[Path]:
    """Write the results of a screening to a folder, all of them or none.

    Parameters
    ----------
    screening : Screening
    out : Path
        Made if it is not there; results of an earlier run are replaced.
    formats : sequence of str
        Of `FORMATS`: ``csv`` and ``parquet`` give the tables, ``xlsx`` report.xlsx, ``html``
        report.html, ``geojson`` projects.geojson, ``pdf`` report.pdf, ``docx`` report.docx.
        ``rejected.csv`` and ``run.json`` always come along.
    lang : "zh" or "en"
    land, nearby, bounds
        As for `Writer`.

    Returns
    -------
    list of Path
        ``report.html`` first where there is one, ``run.json`` last.

    Raises
    ------
    OptionError
        A format that nobody knows, or none at all.
    """
    with Writer(screening, out, formats, lang, bounds=bounds) as writer:
        writer.append(
            screening.exposures, screening.nearest, screening.zonal, screening.findings, screening.ledger
        )  # fmt: skip
        return writer.finish(land=land, nearby=nearby)


def _moment(day: date) -> datetime:
    """When a file says it was made: the day of judgement, so that the same run gives the same bytes."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _known(formats: Sequence[str]) -> frozenset[str]:
    strange = sorted(set(formats) - set(FORMATS))
    if strange or not formats:
        given = ", ".join(strange) or "–"
        names = ", ".join(FORMATS)
        raise OptionError(
            Text(f"未知的输出格式：{given}", f"Unknown output format: {given}"),
            Text(f"可用：{names}", f"Use one or more of {names}"),
            where="--format",
        )
    return frozenset(formats)
