"""What ``/openapi.json`` says of answers, made from the values of the store themselves."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from .. import __version__

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "slug", "detail_zh", "detail_en"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "instance": {"type": "string"}, "slug": {"type": "string"},
        "detail_zh": {"type": "string"}, "detail_en": {"type": "string"}, "where": {"type": "string"},
        "current_version": {"type": ["integer", "null"]}, "retry_after_s": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "changes": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
OBJECT = {"type": "object"}
_GEOMETRY = {"type": ["object", "null"], "description": "GeoJSON geometry, WGS 84 longitude/latitude"}


def gives(
    schema: type | Mapping[str, Any] = OBJECT, status: int = 200, *, media: str = "application/json", text: str = "OK"
) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that gives one thing."""
    return {status: {"description": text, "content": {media: {"schema": schema_of(schema)}}}}


def gives_page(schema: type | Mapping[str, Any] = OBJECT, **also: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that gives a page of a list."""
    links = {"type": "object", "properties": {"self": {"type": "string"}, "next": {"type": "string"}}}
    whole = {
        "type": "object", "required": ["items", "links"],
        "properties": {"items": {"type": "array", "items": schema_of(schema)}, "links": links, **also},
    }  # fmt: skip
    return gives(whole)


def gives_nothing(status: int = 204, text: str = "Done") -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that gives nothing back."""
    return {status: {"description": text}}


def form(fields: Mapping[str, Any], required: tuple[str, ...] = ("file",)) -> dict[str, Any]:
    """``openapi_extra`` of a route that takes a file in a form."""
    file = {"type": "string", "format": "binary"}
    schema = {"type": "object", "required": list(required), "properties": {"file": file, **fields}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def schema_of(kind: type | Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema of a value of the store."""
    return dict(kind) if isinstance(kind, Mapping) else copy.deepcopy(_schema(kind))


@cache
def _schema(kind: type) -> dict[str, Any]:
    made = TypeAdapter(kind).json_schema(mode="serialization")
    made.pop("title", None)
    for name in getattr(kind, "hidden", ()):
        made["properties"].pop(name, None)
    for name, given in made["properties"].items():
        given.pop("default", None)
        if given.get("format") == "binary" or any(g.get("format") == "binary" for g in given.get("anyOf", ())):
            made["properties"][name] = _GEOMETRY
    made["required"] = sorted(made["properties"])
    return made


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route there is, those of included routers too, and mounts as ``MOUNT``."""
    found: list[tuple[str, str]] = []

    def walk(routes: Iterable[Any]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:  # newer versions of the framework keep an included router whole
                walk(inner.routes)
            elif hasattr(route, "methods"):
                found.extend((method, route.path) for method in route.methods or ())
            else:
                found.append(("MOUNT", getattr(route, "path", "?")))

    walk(app.routes)
    return sorted(found)


def describe(app: FastAPI) -> None:
    """Let the app describe itself: every route may answer with a problem."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title="Qinglu 青路", version=__version__, routes=app.routes, openapi_version="3.1.0",
                description="Screens overseas infrastructure projects; every finding with its evidence. "
                "逐个筛查海外基础设施项目，每条结论均有依据。",
            )  # fmt: skip
            _with_problems(made)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _with_problems(made: dict[str, Any]) -> None:
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "qinglu_session"},
    }
    made["security"] = [{}, {"token": []}, {"session": []}]
    told = {"$ref": "#/components/schemas/Problem"}
    problem = {"description": "A problem (RFC 9457)", "content": {"application/problem+json": {"schema": told}}}
    for path in made["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].pop("422", None)
                operation["responses"].setdefault("default", problem)
