"""The web pages: files built from ``web/``, served from here alone under a strict policy.

They are plain routes and no part of the API: who asks does not matter, and a session is not looked up for a font.
"""

from __future__ import annotations

import gzip
import mimetypes
import threading
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .context import Context
from .ground import Ground
from .reply import json_bytes, language

BUILT = Path(__file__).parent.parent / "web_dist"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No inline script, no inline style, nothing from elsewhere."""
_ADDRESSES = (
    "/", "/sign-in", "/projects/{id:int}", "/upload", "/draw", "/alternatives", "/rules", "/ledger", "/layers",
    "/account", "/people",
)  # fmt: skip
"""Pages that the app draws itself: the same document under each of them."""
_MVT = "application/vnd.mapbox-vector-tile"
_FOREVER = "public, max-age=31536000, immutable"
_TEXT = (".js", ".mjs", ".css", ".html", ".svg", ".json")
_TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".pmtiles": "application/octet-stream",
}
_ABSENT = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Qinglu 青路</title>
<h1>青路 Qinglu</h1>
<p lang="zh-Hans">服务已运行，但此安装不含网页。请安装已发布的 wheel；若从源码安装，请先装
Node.js 20.19 或更新版本，再运行 <code>make web</code>。接口不受影响，说明见
<a href="/openapi.json">/openapi.json</a>。</p>
<p lang="en">The service is running, but this installation has no web pages. Install a released wheel; from a clone, get
Node.js 20.19 or newer and run <code>make web</code>. The API works all the same: see
<a href="/openapi.json">/openapi.json</a>.</p></html>
"""


def install(app: FastAPI, context: Context, built: Path = BUILT) -> None:
    """Let the app serve the pages found in `built`, and the ground of their maps."""
    pages, ground = _Pages(built), _GroundRoutes(context)
    app.router.routes += [
        *(Route(address, pages.document, methods=["GET"]) for address in _ADDRESSES),
        Route("/mark.svg", pages.mark, methods=["GET"]),
        Route("/assets/{name:str}", pages.asset, methods=["GET"]),
        Route("/basemap/config.json", ground.config, methods=["GET"]),
        Route("/basemap/own/{path:path}", ground.own, methods=["GET"]),
        Route("/basemap/{z:int}/{x:int}/{y:int}.mvt", ground.tile, methods=["GET"]),
    ]


class _Pages:
    """Built files, compressed once each."""

    def __init__(self, built: Path) -> None:
        self._built = built
        self._lock = threading.Lock()
        self._packed: dict[str, bytes] = {}

    async def document(self, request: Request) -> Response:
        if not (self._built / "index.html").is_file():
            page = _ABSENT.format(lang="zh-Hans" if language(request) == "zh" else "en")
            return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})
        found = await self._file(request, "index.html", "no-cache")
        found.headers["Content-Security-Policy"] = POLICY
        return found

    async def mark(self, request: Request) -> Response:
        return await self._file(request, "mark.svg", "public, max-age=86400")

    async def asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        return await self._file(request, f"assets/{name}", _FOREVER)

    async def _file(self, request: Request, name: str, caching: str) -> Response:
        path = _inside(self._built, name)
        headers = {"Cache-Control": caching, "Content-Security-Policy": POLICY}
        kind = _type(path)
        if path.suffix not in _TEXT or "gzip" not in request.headers.get("accept-encoding", ""):
            return FileResponse(path, media_type=kind, headers={**headers, "Vary": "Accept-Encoding"})
        packed = await run_in_threadpool(self._pack, name, path)
        return Response(
            packed, media_type=kind, headers={**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        )

    def _pack(self, name: str, path: Path) -> bytes:
        with self._lock:
            if name == "index.html":  # small, and renewed in place by a build
                return gzip.compress(path.read_bytes(), 6, mtime=0)
            if name not in self._packed:
                self._packed[name] = gzip.compress(path.read_bytes(), 6, mtime=0)
            return self._packed[name]


class _GroundRoutes:
    """What lies under the maps."""

    def __init__(self, context: Context) -> None:
        self._ground = Ground(context.settings, context.workspace())

    async def config(self, request: Request) -> Response:
        del request
        return Response(
            json_bytes(self._ground.config()), media_type="application/json", headers={"Cache-Control": "no-cache"}
        )

    async def tile(self, request: Request) -> Response:
        at = request.path_params
        packed = await run_in_threadpool(self._ground.tile, at["z"], at["x"], at["y"])
        if packed is None:
            raise HTTPException(404)
        headers = {"Cache-Control": "public, max-age=86400", "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(packed), media_type=_MVT, headers=headers)
        return Response(packed, media_type=_MVT, headers={**headers, "Content-Encoding": "gzip"})

    async def own(self, request: Request) -> Response:
        """A file of somebody's own map; a part of it where a range is asked for, as PMTiles are read."""
        folder = self._ground.folder
        if folder is None:
            raise HTTPException(404)
        path = _inside(folder, request.path_params["path"])
        return FileResponse(path, media_type=_type(path), headers={"Cache-Control": "public, max-age=3600"})


def _inside(folder: Path, name: str) -> Path:
    """The file of that name in the folder, and never one outside it."""
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise HTTPException(404)
    return path


def _type(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
