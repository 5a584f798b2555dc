"""Projects: list, create, read, change, their history, with whom they are shared, what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from starlette.responses import Response

from ...errors import OptionError
from ...store import Actor, ConflictError, may
from ...store.dossier import Dossier
from ...store.values import Comment, Page, Project, ProjectVersion, Share
from ...text import Text
from ..actor import Member, Somebody
from ..bodies import Cursor, Id, Limit, ProjectChanges, ProjectWanted, Said, given
from ..context import Context, Ctx
from ..described import gives, gives_nothing, gives_page
from ..errors import ChangedError
from ..geometry import collection, feature, geometry_of
from ..owning import organisation_for
from ..reply import GEOJSON, expected_version, links_of, page_of, reply, tagged, wants
from ..strict import strict_router

router = strict_router("/api/v1/projects", "projects")
Words = Annotated[list[str] | None, Query(max_length=300)]
_FLAGS = ("published", "archived")
_VERBS = ("look-inside", "edit", "publish", "share", "archive", "attach", "act", "comment", "return", "screen")
_AS = Annotated[Literal["json", "geojson"] | None, Query(alias="f", description="Instead of Accept")]


def wanted(
    bbox: Annotated[str | None, Query(max_length=200, description="West,south,east,north in degrees")] = None,
    country: Words = None,
    sector: Words = None,
    stage: Words = None,
    level: Words = None,
    colour: Words = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of a name or of the code")] = None,
    updated_since: datetime | None = None,
    organisation: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    shared_with: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    portfolio: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    unknown: bool | None = None,
    published: bool | None = None,
    archived: bool | None = False,
) -> dict[str, Any]:
    """The filters of a list of projects, as the store has them."""
    return {
        "bbox": bbox.split(",") if bbox else None, "country": country, "sector": sector, "stage": stage,
        "level": level, "colour": colour, "text": q, "updated_since": updated_since, "organisation": organisation,
        "shared_with": shared_with, "portfolio": portfolio, "unknown": unknown, "published": published,
        "archived": archived,
    }  # fmt: skip


Wanted = Annotated[dict[str, Any], Depends(wanted)]


@router.get("", responses=gives_page(Project))
def list_projects(
    request: Request,
    ctx: Ctx,
    actor: Somebody,
    filters: Wanted,
    cursor: Cursor = None,
    limit: Limit = 100,
    order: Annotated[str, Query(max_length=20)] = "id",
    geometry: Annotated[bool, Query(description="With geometry and the file's other columns")] = False,
    f: _AS = None,
) -> Response:
    """Projects that one may see; as GeoJSON by ``Accept: application/geo+json`` or ``?f=geojson``."""
    as_geojson = _geojson(request, f)
    page = ctx.store.projects(
        actor, cursor=cursor, limit=limit, order=order, geometry=geometry or as_geojson, **filters
    )
    if as_geojson:
        return reply(collection(page, links_of(request, page.cursor)), media=GEOJSON)
    return page_of(request, page)


@router.get("/counts", responses=gives())
def count_projects(ctx: Ctx, actor: Somebody, filters: Wanted) -> Response:
    """How many projects match, in all and by level, colour, country, sector and stage."""
    found = ctx.store.counts(actor, **filters)
    return reply({"total": found.total, "unknown": found.unknown, "by": found.by})


@router.post("", status_code=201, responses=gives(Project, 201))
def create_project(request: Request, ctx: Ctx, actor: Member, body: ProjectWanted) -> Response:
    """A new project of one's organisation."""
    values = _values(given(body, "organisation", "why", "version"))
    flags = {name: values.pop(name) for name in _FLAGS if name in values}
    if flags:
        raise OptionError(
            Text("新项目不能直接发布或归档", "a new project is neither published nor archived"),
            Text("请先建立，再修改", "Create it first, then change it"), where=next(iter(flags)),
        )  # fmt: skip
    owner = organisation_for(actor, body.organisation, "company")
    made = ctx.store.create_project(actor, owner, values, why=body.why)
    answer = _told(request, ctx, actor, made)
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/projects/{made.id}"
    return answer


@router.get("/{project_id}", responses=gives(Project))
def read_project(request: Request, ctx: Ctx, actor: Somebody, project_id: Id, f: _AS = None) -> Response:
    """One project, with the run behind its level and what one may do to it."""
    project = ctx.store.project(actor, project_id)
    if _geojson(request, f):
        return tagged(request, feature(project), project.version, media=GEOJSON)
    return _told(request, ctx, actor, project)


@router.get("/{project_id}/dossier", responses=gives(Dossier))
def read_dossier(request: Request, ctx: Ctx, actor: Somebody, project_id: Id) -> Response:
    """All that one may see of a project: its findings, documents, actions, what was said of it, its history."""
    found = ctx.store.dossier(actor, project_id)
    made = found.as_dict() | {"may": _allowed(actor, found.project)}
    for finding in made["findings"]:
        finding["links"] = {"self": f"/api/v1/findings/{finding['id']}"}
    return tagged(request, made, found.project.version)


@router.patch("/{project_id}", responses=gives(Project))
def change_project(request: Request, ctx: Ctx, actor: Member, project_id: Id, body: ProjectChanges) -> Response:
    """Change fields of a project; ``If-Match`` or ``version`` names the version that was read."""
    changes = _values(given(body, "why", "version"))
    version, by_header = expected_version(request, given(body))
    try:
        made = ctx.store.update_project(actor, project_id, changes, version, why=body.why)
    except ConflictError as error:
        raise changed(error) if by_header else error from None
    return _told(request, ctx, actor, made)


@router.get("/{project_id}/history", responses=gives_page(ProjectVersion))
def history(
    request: Request, ctx: Ctx, actor: Somebody, project_id: Id, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Every change of a project, newest first."""
    return page_of(request, ctx.store.history(actor, project_id, cursor=cursor, limit=limit))


@router.get("/{project_id}/shares", responses=gives_page(Share))
def list_shares(request: Request, ctx: Ctx, actor: Member, project_id: Id) -> Response:
    """With whom a project is shared."""
    return page_of(request, Page(ctx.store.shares(actor, project_id)))


@router.put("/{project_id}/shares/{organisation_id}", status_code=204, responses=gives_nothing())
def share(ctx: Ctx, actor: Member, project_id: Id, organisation_id: Id) -> Response:
    """Let a bank see a project."""
    ctx.store.share_project(actor, project_id, organisation_id)
    return Response(status_code=204)


@router.delete("/{project_id}/shares/{organisation_id}", status_code=204, responses=gives_nothing())
def unshare(ctx: Ctx, actor: Member, project_id: Id, organisation_id: Id) -> Response:
    """Take a project back from a bank."""
    ctx.store.unshare_project(actor, project_id, organisation_id)
    return Response(status_code=204)


@router.get("/{project_id}/comments", responses=gives_page(Comment))
def list_comments(
    request: Request, ctx: Ctx, actor: Member, project_id: Id, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """What was said about a project, oldest first."""
    return page_of(request, ctx.store.comments(actor, project_id, cursor=cursor, limit=limit))


@router.post("/{project_id}/comments", status_code=201, responses=gives(Comment, 201))
def comment(ctx: Ctx, actor: Member, project_id: Id, body: Said) -> Response:
    """Say something about a project; an agency may return it."""
    return reply(ctx.store.comment(actor, project_id, body.text, kind=body.kind), 201)


@router.post("/{project_id}/comments/{comment_id}/settle", responses=gives(Comment))
def settle(ctx: Ctx, actor: Member, project_id: Id, comment_id: Id) -> Response:
    """Mark an agency's return as settled."""
    ctx.store.project(actor, project_id)
    return reply(ctx.store.settle(actor, comment_id))


def changed(error: ConflictError) -> ChangedError:
    """The same, said of ``If-Match``."""
    made = ChangedError(error.what, error.remedy, where="If-Match")
    made.current_version, made.changes = error.current_version, error.changes  # type: ignore[attr-defined]
    return made


def _told(request: Request, ctx: Context, actor: Actor, project: Project) -> Response:
    facts = ctx.store.run_facts(actor, project.id)
    return tagged(request, {**project.as_dict(), "run": facts, "may": _allowed(actor, project)}, project.version)


def _allowed(actor: Actor, project: Project) -> Sequence[str]:
    return [verb for verb in _VERBS if may(actor, verb, project)]


def _values(values: dict[str, Any]) -> dict[str, Any]:
    found = {k: v for k, v in values.items() if k not in _FLAGS or v is not None}
    if "geometry" in found:
        found["geometry"] = geometry_of(found["geometry"])
    return found


def _geojson(request: Request, f: str | None) -> bool:
    return f == "geojson" or (f is None and wants(request, "application/json", GEOJSON) == GEOJSON)
