"""Portfolios: a file that was given, and what became of each of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from ..text import Text
from .access import Actor, require, visible
from .database import Tx
from .errors import NotFoundError
from .fetch import put_rows
from .fields import checked
from .part import Part
from .projects import ORGANISATION, organisation, register_rows
from .projects import portfolio_rows as rows_as_fields
from .records import PortfolioRecord, PortfolioRow
from .schema import documents, portfolio_rows, portfolios, projects
from .values import Page

if TYPE_CHECKING:
    from ..model import Portfolio

_PORTFOLIO = Text("项目组合", "portfolio")
_CHUNK = 2_000
# What was put right; the other notes say what a row is, or that two rows are at one place.
_REPAIRS = {
    "geometry-repaired", "cut-at-antimeridian", "longitude-wrapped", "coordinate-rewritten", "id-made", "id-repeated",
    "strip-as-line", "disc-as-point", "mixed-parts", "reprojected", "z-dropped",
}  # fmt: skip


class Portfolios(Part):
    """Files of projects and their accounts."""

    def add_portfolio(
        self, actor: Actor, organisation_id: int, *, name: str, source: str, sha256: str
    ) -> PortfolioRecord:
        """Note a file whose bytes were kept (`put_document`), before anybody reads it."""
        with self.db.write(actor) as tx:
            require(
                actor, "upload", organisation(tx.connection, organisation_id), kind=ORGANISATION, id=organisation_id
            )
            if tx.execute(select(documents.c.sha256).where(documents.c.sha256 == sha256)).first() is None:
                raise NotFoundError.of(Text("文件", "document"), sha256[:80])
            values = {"organisation_id": organisation_id, "name": name[:500], "source": source[:200], "sha256": sha256}
            row = tx.execute(
                insert(portfolios).values(**values, user_id=actor.user_id, state="uploaded", at=tx.now)
                .returning(*portfolios.c)
            ).mappings().one()  # fmt: skip
            tx.record("upload", "portfolio", row["id"], after=values)
            return PortfolioRecord.of(row)

    def register_portfolio(
        self, actor: Actor, portfolio_id: int, read: Portfolio
    ) -> tuple[PortfolioRecord, dict[str, int]]:
        """Enter every row of a file that was read: projects made or changed, rejections kept with their reasons.

        All or nothing; a portfolio that was registered already is left as it is, so that a worker that takes over
        does no harm.

        Returns
        -------
        PortfolioRecord, dict
            The account, and project id by code.
        """
        rows = [checked(row) for row in rows_as_fields(read)]
        with self.db.write(actor) as tx:
            found = (
                select(portfolios).where(portfolios.c.id == portfolio_id, visible(actor, portfolios)).with_for_update()
            )
            row = tx.execute(found).mappings().one_or_none()
            if row is None:
                raise NotFoundError.of(_PORTFOLIO, portfolio_id)
            owner = row["organisation_id"]
            require(actor, "upload", organisation(tx.connection, owner), kind=ORGANISATION, id=owner)
            if row["state"] == "registered":
                return PortfolioRecord.of(row), _ids(tx, portfolio_id)
            ids, new, changed = register_rows(tx, actor, owner, rows, f"portfolio {portfolio_id}")
            entered = _accounts(portfolio_id, read, ids)
            for start in range(0, len(entered), _CHUNK):
                put_rows(tx.connection, portfolio_rows, entered[start : start + _CHUNK])
            counts = {
                "n_read": read.n_read, "n_kept": len(rows), "n_rejected": read.rejected.num_rows,
                "n_repaired": sum(1 for r in entered if r["project_id"] is not None and _REPAIRS & set(r["notes"])),
            }  # fmt: skip
            tx.execute(update(portfolios).where(portfolios.c.id == portfolio_id).values(
                **counts, state="registered", fields=dict(read.fields), meta={"new": new, "changed": changed}
            ))  # fmt: skip
            tx.record("register", "portfolio", portfolio_id, after={**counts, "new": new, "changed": changed})
            made = tx.execute(select(portfolios).where(portfolios.c.id == portfolio_id)).mappings().one()
            return PortfolioRecord.of(made), ids

    def portfolio(self, actor: Actor, portfolio_id: int) -> PortfolioRecord:
        """One portfolio of the actor's organisations."""
        with self.db.read() as connection:
            found = select(portfolios).where(portfolios.c.id == portfolio_id, visible(actor, portfolios))
            row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(_PORTFOLIO, portfolio_id)
        return PortfolioRecord.of(row)

    def portfolios(self, actor: Actor, *, cursor: str | None = None, limit: int | None = None) -> Page[PortfolioRecord]:
        """Portfolios of the actor's organisations, newest first."""
        seen = [visible(actor, portfolios)]
        return self.page(portfolios, seen, PortfolioRecord, "portfolio", cursor, limit, descending=True)

    def portfolio_rows(
        self,
        actor: Actor,
        portfolio_id: int,
        *,
        rejected: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Page[PortfolioRow]:
        """What became of each row, in the order of the file, rejected ones after those that were kept."""
        self.portfolio(actor, portfolio_id)
        conditions = [portfolio_rows.c.portfolio_id == portfolio_id]
        if rejected is not None:
            conditions.append(
                portfolio_rows.c.project_id.is_(None) if rejected else portfolio_rows.c.project_id.is_not(None)
            )
        return self.page(portfolio_rows, conditions, PortfolioRow, "row", cursor, limit)

    def portfolio_of(self, actor: Actor, project_ids: Sequence[int]) -> tuple[Portfolio, dict[str, int]]:
        """Projects of the store as a portfolio to screen.

        Returns
        -------
        Portfolio, dict
            ``project_id`` is the code, with the store's id behind it where two owners have the same; and the store's
            id by it.

        Raises
        ------
        NotFoundError
            One of them is not there, or the actor may not see it.
        """
        found: dict[int, Any] = {}
        with self.db.read() as connection:
            for start in range(0, len(project_ids), _CHUNK):
                part = select(projects).where(
                    projects.c.id.in_(project_ids[start : start + _CHUNK]), visible(actor, projects)
                )
                found |= {row["id"]: row for row in connection.execute(part).mappings()}
        for wanted in project_ids:
            if wanted not in found:
                raise NotFoundError.of(Text("项目", "project"), wanted)
        rows = [found[i] for i in project_ids]
        times = Counter(row["code"] for row in rows)
        codes = {r["id"]: r["code"] if times[r["code"]] == 1 else f"{r['code']} ({r['id']})" for r in rows}
        if len(set(codes.values())) < len(codes):  # a code of one owner that looks like ours for another's
            codes = {number: str(number) for number in codes}
        return _assembled(rows, codes), {code: number for number, code in codes.items()}


def _ids(tx: Tx, portfolio_id: int) -> dict[str, int]:
    held = select(portfolio_rows.c.code, portfolio_rows.c.project_id).where(
        portfolio_rows.c.portfolio_id == portfolio_id, portfolio_rows.c.project_id.is_not(None)
    )
    return {str(code): int(id_) for code, id_ in tx.execute(held)}


def _accounts(portfolio_id: int, read: Portfolio, ids: dict[str, int]) -> list[dict[str, Any]]:
    kept = [
        {"portfolio_id": portfolio_id, "source_row": r["source_row"], "project_id": ids[r["project_id"]],
         "code": r["project_id"], "notes": r["notes"] or [], "reason": "", "message_zh": "",
         "message_en": ""}
        for r in read.projects.select(["source_row", "project_id", "notes"]).to_pylist()
    ]  # fmt: skip
    rejected_rows = read.rejected.to_pylist()
    messages = read.messages or [Text(r["message"] or "", r["message"] or "") for r in rejected_rows]
    rejected = [
        {"portfolio_id": portfolio_id, "source_row": r["source_row"], "project_id": None,
         "code": r["project_id"] or "", "notes": [], "reason": r["reason"][:40],
         "message_zh": said.zh, "message_en": said.en}
        for r, said in zip(rejected_rows, messages, strict=True)
    ]  # fmt: skip
    return kept + rejected


def _assembled(rows: Sequence[Any], codes: Mapping[int, str]) -> Portfolio:
    """Each distinct geometry once, as a portfolio has it; projects without one are rejected, and say so."""
    import json

    import numpy as np
    import pyarrow as pa
    import shapely

    from ..model import PROJECTS, REJECTED, Portfolio

    places: dict[bytes, int] = {}
    kept, rejected = [], []
    for number, row in enumerate(rows, start=1):
        if row["geometry"] is None:
            rejected.append({"source_row": number, "project_id": codes[row["id"]], "reason": "geometry-missing",
                             "message": "no geometry / 没有位置"})  # fmt: skip
            continue
        shape = row["shape"]
        kept.append({
            "project_id": codes[row["id"]], "source_row": number,
            "extra": json.dumps(_further(row), ensure_ascii=False),
            "geometry": places.setdefault(row["geometry"], len(places)), "notes": row["notes"],
            "shape": shape or _kind(row["geometry"]),
            **{name: row[name] for name in ("name", "name_zh", "country", "country_given", "sector", "stage")},
        })  # fmt: skip
    geometries = np.empty(len(places), dtype=object)
    geometries[:] = [shapely.from_wkb(wkb) for wkb in places]
    return Portfolio(
        pa.Table.from_pylist(kept, schema=PROJECTS), geometries, pa.Table.from_pylist(rejected, schema=REJECTED),
        len(rows), "store", "",
    )  # fmt: skip


_MEGAWATTS = {"MW": 1.0, "kW": 1e-3, "GW": 1e3, "兆瓦": 1.0, "千瓦": 1e-3, "吉瓦": 1e3}


def _further(row: Mapping[str, Any]) -> dict[str, Any]:
    """The file's other columns, then what the register itself holds, which goes before them."""
    held: dict[str, Any] = {"technology": row["technology"] or None}
    if row["capacity"] is not None and row["capacity_unit"] in _MEGAWATTS:
        held["capacity_mw"] = row["capacity"] * _MEGAWATTS[row["capacity_unit"]]
    if row["operation_on"] is not None:
        held["operation_year"] = row["operation_on"].year
    return {**row["extra"], **{k: v for k, v in held.items() if v is not None}}


def _kind(wkb: bytes) -> str:
    import shapely

    return ("point", "line", "area")[max(int(shapely.get_dimensions(shapely.from_wkb(wkb))), 0)]
