"""Layers: what each is, who may see it, whether it takes part in screening."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ...errors import OptionError
from ...store import ConflictError
from ...store.access import require
from ...store.records import LayerRecord
from ...store.values import Page
from ...text import Text
from ...tools import remote
from ..actor import Member, Somebody
from ..bodies import LayerGiven, given
from ..context import Ctx
from ..described import form, gives, gives_page
from ..jobs_told import accepted, enqueue
from ..reply import expected_version, page_of, tagged
from ..strict import strict_router
from ..upload import sent
from .projects import changed

router = strict_router("/api/v1/layers", "layers")
LayerId = Annotated[str, Path(max_length=128)]
_LAYER = Text("图层", "layer")
_DESCRIBED = (
    "id",
    "role",
    "id_field",
    "name_field",
    "title_zh",
    "title_en",
    "version",
    "provider",
    "licence",
    "withheld",
)
_FORM = form({name: {"type": "string"} for name in (*_DESCRIBED, "replace")}, ("file", "role"))


@router.get("", responses=gives_page(LayerRecord))
def list_layers(
    request: Request,
    ctx: Ctx,
    actor: Somebody,
    role: Annotated[str | None, Query(max_length=64)] = None,
    enabled: bool | None = None,
) -> Response:
    """Layers that one may see: all for users, open ones for everybody."""
    return page_of(request, Page(ctx.store.layers(actor, role=role, enabled=enabled)))


@router.post("", status_code=202, responses=gives(status=202), openapi_extra=_FORM)
async def add_layer(request: Request, ctx: Ctx, actor: Member) -> Response:
    """Upload a file as a layer of the server; a steward's to do. The job reads and compiles it."""
    require(actor, "steward", kind=_LAYER)
    form_sent = await sent(request, ctx, actor)
    inputs: dict[str, object] = {k: v for k in _DESCRIBED if (v := form_sent.fields.get(k))}
    if form_sent.flag("replace"):
        inputs["replace"] = True
    if strange := sorted(set(form_sent.fields) - {*_DESCRIBED, "replace"}):
        raise OptionError(
            Text(f"图层没有 {strange[0][:60]} 这一项", f"a layer has no {strange[0][:60]}"),
            Text(f"可用：{'、'.join(_DESCRIBED)}", f"Use {', '.join(_DESCRIBED)}"), where=strange[0][:60],
        )  # fmt: skip
    chosen = remote.remote_tool("atlas-add")
    reference = {"sha256": form_sent.file.sha256, "name": form_sent.file.name}
    kept = remote.sent(chosen, {**inputs, "path": {"file": "file"}}, lambda value, where: reference)
    job = await run_in_threadpool(enqueue, ctx, actor, "tool", {"tool": chosen.id, "inputs": kept})
    return accepted(job)


@router.get("/{layer_id}", responses=gives(LayerRecord))
def read_layer(request: Request, ctx: Ctx, actor: Somebody, layer_id: LayerId) -> Response:
    """One layer."""
    found = ctx.store.layer(actor, layer_id)
    return tagged(request, found, found.version)


@router.patch("/{layer_id}", responses=gives(LayerRecord))
def change_layer(request: Request, ctx: Ctx, actor: Member, layer_id: LayerId, body: LayerGiven) -> Response:
    """Open or close a layer, switch it off, correct its title; a steward's to do."""
    require(actor, "steward", kind=_LAYER, id=layer_id[:80])
    ctx.store.layer(actor, layer_id)
    version, by_header = expected_version(request, given(body))
    values = {k: v for k, v in given(body, "version").items() if v is not None}
    try:
        made = ctx.store.put_layer(actor, layer_id, values, version)
    except ConflictError as error:
        raise changed(error) if by_header else error from None
    return tagged(request, made, made.version)
