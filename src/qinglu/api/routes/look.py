"""What a place touches, at once: around a project of the register, or around what somebody draws on the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import shapely
from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from ...atlas import advice
from ...errors import OptionError, SizeLimitError
from ...model import ROLES, role_title
from ...store import Actor
from ...store.access import require
from ...text import Text
from ...tools.look import Looked, look
from ...tools.screening import AnyLayer, example_layer
from ..actor import Member, Somebody
from ..bodies import Body, Id
from ..context import Context, Ctx
from ..described import gives
from ..errors import BusyError
from ..geometry import geometry_of
from ..reply import reply
from ..strict import strict_router

router = strict_router("/api/v1", "look")
_MOST_VERTICES = 20_000
_WIDEST_DEG = 30.0
_SKETCH = "example-parks"
_NOT_ASKED = ("country", "land", "border", "transport", "elevation", "other")
"""Roles that serve orientation or measuring: no finding waits for them."""
_PLACE = Text("位置", "place")


class Drawn(Body):
    """A place: GeoJSON geometry in WGS 84 longitude/latitude, and what is known of the project there."""

    geometry: dict[str, Any]
    country: Annotated[str, Field(max_length=3)] = ""
    sector: Annotated[str, Field(max_length=100)] = ""
    stage: Annotated[str, Field(max_length=100)] = ""


@router.get("/projects/{project_id}/nearby", responses=gives())
def nearby(ctx: Ctx, actor: Somebody, project_id: Id) -> Response:
    """Features near a project, the nearest first, and everything within 1, 5, 10 and 50 km, to draw."""
    project = ctx.store.project(actor, project_id)
    if project.geom is None:
        return reply({"type": "FeatureCollection", "features": [], "rings": []})
    facts = ctx.store.run_facts(actor, project_id)
    layers = _layers(ctx, actor, [layer["id"] for layer in facts["versions"].get("layers", ())] if facts else None)
    return reply(_looked(ctx, _bounded(project.geom), layers, None).drawn())


@router.post("/look", responses=gives())
def look_here(request: Request, ctx: Ctx, actor: Member, body: Drawn) -> Response:
    """Screen one place at once and keep nothing: findings with their reasons, and what is near."""
    require(actor, "use-tools", kind=_PLACE)
    geometry = geometry_of(body.geometry)
    if geometry is None or geometry.is_empty or not shapely.is_valid(geometry):
        raise OptionError(
            Text("几何为空或无效", "the geometry is empty or invalid"),
            Text("请重新绘制，边界不要自交", "Draw it again; an outline must not cross itself"), where="geometry",
        )  # fmt: skip
    west, south, east, north = geometry.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise OptionError(
            Text("坐标不是经纬度", "the coordinates are no longitude and latitude"),
            Text("经度在-180至180之间，纬度在-90至90之间", "Longitudes -180 to 180, latitudes -90 to 90"),
            where="geometry",
        )  # fmt: skip
    if max(east - west, north - south) > _WIDEST_DEG:
        raise SizeLimitError(
            Text(f"绘制范围超过{_WIDEST_DEG:g}度", f"what is drawn spans more than {_WIDEST_DEG:g} degrees"),
            Text("请分段绘制", "Draw it in parts"), where="geometry",
        )  # fmt: skip
    facts = {name: value for name in ("country", "sector", "stage") if (value := getattr(body, name))}
    return reply(_looked(ctx, _bounded(geometry), _layers(ctx, actor, None), facts).as_dict())


@router.get("/coverage", responses=gives())
def coverage(ctx: Ctx, actor: Somebody) -> Response:
    """Roles that findings ask for and no layer plays, with how to get one."""
    played = {layer.role for layer in ctx.workspace().atlas.list()}
    missing = [role for role in ROLES if role not in played and role not in _NOT_ASKED]
    if not any(role.startswith("hazard.") for role in played):
        missing.append("hazard.flood")
    items = [
        {"role": role, "title": role_title(role)._asdict(), "how_to_get": advice(role)._asdict()} for role in missing
    ]
    return reply({"items": items, "links": {"self": "/api/v1/coverage"}})


def _looked(ctx: Context, geometry: shapely.Geometry, layers: Sequence[AnyLayer], facts: Any) -> Looked:
    if not ctx.running.acquire(blocking=False):
        raise BusyError(
            Text("同时进行的计算过多", "too much is being worked out"), Text("请稍后再试", "Try again in a moment")
        )
    try:
        workspace = ctx.workspace()
        return look(workspace, geometry, layers, workspace.today, facts=facts, judged=bool(facts))
    finally:
        ctx.running.release()


def _layers(ctx: Context, actor: Actor, ids: Sequence[str] | None) -> list[AnyLayer]:
    """Those a run had, as far as they are still here; all without a run. Only what the actor may see is ever drawn."""
    atlas = ctx.workspace().atlas
    known = atlas.ids()
    shown = {record.id for record in ctx.store.layers(actor, enabled=True)}
    chosen = [i for i in (known if ids is None else ids) if i in known and i in shown]
    sketch = [example_layer(ctx.workspace())] if ids is not None and _SKETCH in ids else []
    return [*sketch, *(atlas.open(i) for i in chosen)]


def _bounded(geometry: shapely.Geometry) -> shapely.Geometry:
    """Simple enough to be looked at while somebody waits."""
    if int(shapely.get_num_coordinates(geometry)) <= _MOST_VERTICES:
        return geometry
    west, south, east, north = geometry.bounds
    return shapely.simplify(geometry, max(east - west, north - south) / 5_000)
