"""The JSON schema of a tool's inputs, made from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...text import Lang
from ...tools.declare import Field

DOCUMENT = {
    "oneOf": [
        {"type": "integer", "minimum": 1},
        *({"type": "object", "required": [name], "properties": {name: {"type": kind}}, "additionalProperties": False}
          for name, kind in (("document", "integer"), ("layer", "string"))),
    ]
}  # fmt: skip
"""In the place of a path: the number of an uploaded document, or a registered layer."""
_PLACE = {"type": "array", "items": {"type": "number", "minimum": -180, "maximum": 180}, "minItems": 2, "maxItems": 2}
"""Longitude and latitude: `prefixItems` could say more of each, but the schemas of OpenAPI 3.0 do not know it."""


def schema_of(field: Field, lang: Lang) -> dict[str, Any]:
    """The schema of one input."""
    made: dict[str, Any] = dict(_plain(field, lang))
    made["description"] = field.help.in_(lang) + (f" [{field.unit}]" if field.unit else "")
    if field.default is not None and field.default != ():
        made["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
    return made


def _plain(field: Field, lang: Lang) -> Mapping[str, Any]:
    match field.kind:
        case "number" | "integer":
            return _number(field)
        case "numbers":
            return {"type": "array", "items": _number(field) | {"type": "number"}, "minItems": 1}
        case "span":
            return {"type": "array", "items": _number(field) | {"type": "number"}, "minItems": 2, "maxItems": 2}
        case "boolean" | "flag":
            return {"type": "boolean"}
        case "date":
            return {"type": "string", "format": "date"}
        case "choice":
            return {"type": "string", "enum": list(field.choices)}
        case "choices":
            return {"type": "array", "items": {"type": "string", "enum": list(field.choices)}, "minItems": 1}
        case "path" | "folder":
            return DOCUMENT
        case "place":
            return _PLACE
        case "places":
            return {"type": "array", "items": _PLACE}
        case "object":
            return _object(field, lang)
        case "inputs":
            return {"type": "object"}
        case "layers" | "rasters":
            return {"type": "object", "additionalProperties": {"anyOf": [DOCUMENT, _object(field, lang)]}}
        case "map":
            each = _object(field, lang) if field.item is None else schema_of(field.item, lang)
            if not field.choices:
                return {"type": "object", "additionalProperties": each}
            return {"type": "object", "properties": dict.fromkeys(field.choices, each), "additionalProperties": False}
        case "list":
            return {"type": "array", "items": schema_of(field.item, lang) if field.item else {"type": "string"}}
    return {"type": "string", "minLength": 1}


def _number(field: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "integer" if field.kind == "integer" else "number"}
    if field.minimum is not None:
        made["minimum"] = field.minimum
    if field.maximum is not None:
        made["maximum"] = field.maximum
    if field.choices:
        made["enum"] = [int(c) for c in field.choices]
    return made


def _object(field: Field, lang: Lang) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "object", "properties": {f.name: schema_of(f, lang) for f in field.fields},
        "additionalProperties": False,
    }  # fmt: skip
    if required := [f.name for f in field.fields if f.required and f.kind not in ("path", "folder")]:
        made["required"] = required  # never empty: OGC's schema of a process allows no such list
    return made
