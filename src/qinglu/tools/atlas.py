"""The catalogue of layers on this machine: list, show, add, fetch, verify, remove."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..atlas import Request, WdpaFilter, connector, connectors
from ..atlas.catalogue import Described
from ..atlas.wdpa import Realm
from ..errors import OptionError, UnknownNameError
from ..model import Layer, country_code, role_title
from ..text import Text
from ..workspace import Workspace
from .told import Told


def list_layers(workspace: Workspace) -> Told:
    """Layers that are here, and connectors for those that can be had."""
    here = workspace.atlas.list()
    absent = [c for c in connectors().values() if c.id not in {layer.id for layer in here}]
    told = [Text("本机图层", "On this machine")]
    told += [_row(a.id, role_title(a.role), a.title, a.licence) for a in here]
    told += [Text("", ""), Text("可以获取（qinglu atlas info 编号）", "To be had (qinglu atlas info ID)")]
    told += [_row(c.id, role_title(c.role), c.title, c.licence) for c in absent]
    record = {"layers": [_layer(a) for a in here], "connectors": [_plain(asdict(c)) for c in absent]}
    return Told(record, tuple(told))


def info(workspace: Workspace, id: str) -> Told:  # noqa: A002 - the name of the input
    """One layer that is here, or else the connector of that id."""
    try:
        layer = workspace.atlas.info(id)
    except UnknownNameError:
        if id not in connectors():
            raise
        record = _plain(asdict(connector(id)))
    else:
        record = _layer(layer)
    width = max(map(len, record))
    lines = []
    for key, value in record.items():
        if value in ("", None, [], ()):
            continue
        both = value if isinstance(value, dict) else {"zh": value, "en": value}
        lines.append(Text(f"{key:<{width}}  {both['zh']}", f"{key:<{width}}  {both['en']}"))
    return Told(record, tuple(lines))


def add(
    workspace: Workspace,
    path: Path,
    id: str | None,  # noqa: A002
    role: str | None,
    connector: str | None,
    replace: bool,
    id_field: str | None,
    name_field: str | None,
    title_zh: str | None,
    title_en: str | None,
    version: str,
    provider: str,
    licence: str,
    withheld: str,
    **wdpa: Any,
) -> Told:
    """Keep a file of the user's own."""
    title = Text(title_zh or title_en or "", title_en or title_zh or "") if title_zh or title_en else None
    said = Described(
        role=role or "", title=title, version=version, provider=provider, licence=licence,
        id_field=id_field, name_field=name_field, withheld=_codes(withheld), keep=_keep(**wdpa),
    )  # fmt: skip
    layer = workspace.atlas.add(path, id=id, connector_id=connector, described=said, replace_existing=replace)
    return _kept(layer)


def fetch(
    workspace: Workspace,
    connector: str,
    accept_terms: bool,
    bbox: Sequence[float] | None,
    country: str | None,
    id: str | None,  # noqa: A002
    **wdpa: Any,
) -> Told:
    """Download from a provider."""
    request = Request(
        accept=accept_terms,
        token=os.environ.get("QINGLU_TOKEN", ""),  # never on the command line, where others could read it
        bbox=_bbox(bbox),
        countries=tuple(c.strip() for c in country.split(",")) if country else (),
        progress=_bytes(workspace.progress),
    )
    return _kept(workspace.atlas.fetch(connector, request, id=id, described=Described(keep=_keep(**wdpa))))


def verify(workspace: Workspace, id: str | None) -> Told:  # noqa: A002
    """Recompute checksums of one layer or of all that are kept."""
    checks = workspace.atlas.verify(id)
    told = []
    for check in checks:
        if check.ok:
            told.append(Text(f"✓ {check.layer_id} 完好", f"✓ {check.layer_id} intact"))
        told += [Text(f"◆ {check.layer_id}：{p.zh}", f"◆ {check.layer_id}: {p.en}") for p in check.problems]
    if not checks:
        told.append(Text("没有需要核验的图层", "no layers are kept"))
    record = {
        "layers": [
            {"id": c.layer_id, "ok": c.ok, "problems": [p._asdict() for p in c.problems]} for c in checks
        ]
    }
    return Told(record, tuple(told), 0 if all(c.ok for c in checks) else 1)


def remove(workspace: Workspace, id: str) -> Told:  # noqa: A002
    """Remove a layer that was added or fetched."""
    workspace.atlas.remove(id)
    return Told({"removed": id}, (Text(f"已移除 {id}", f"removed {id}"),))


def _kept(layer: Layer) -> Told:
    told = Text(
        f"已加入图册：{layer.id}（{layer.title.zh}）", f"in the atlas now: {layer.id} ({layer.title.en})"
    )
    return Told(_layer(layer), (told,))


def _row(name: str, role: Text, title: Text, licence: str) -> Text:
    return Text(
        f"  {name:<22}{role.zh}  {title.zh}  [{licence}]", f"  {name:<22}{role.en}: {title.en} [{licence}]"
    )


def _layer(layer: Layer) -> dict[str, Any]:
    return _plain(asdict(layer))


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: v._asdict() if isinstance(v, Text) else list(v) if isinstance(v, tuple) else v
        for k, v in record.items()
    }


def _codes(given: str) -> tuple[str, ...]:
    names = [n.strip() for n in given.split(",") if n.strip()]
    codes = [(n, country_code(n)) for n in names]
    for name, code in codes:
        if code is None:
            raise OptionError(
                Text(f"无法识别国家 {name!r}", f"{name!r} is no country we know"),
                Text("请使用国家名称或三字母代码，如 CHN", "Use names or alpha-3 codes, CHN for example"),
                where="--withheld",
            )
    return tuple(code for _, code in codes if code)


def _keep(statuses: str | None, realm: Realm, no_biosphere: bool) -> WdpaFilter:
    kept = tuple(s.strip() for s in statuses.split(",")) if statuses else None
    return WdpaFilter(kept, realm, man_and_biosphere=not no_biosphere)


def _bbox(given: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    if given is None:
        return None
    if len(given) != 4 or not (
        -180 <= given[0] <= 180 and -180 <= given[2] <= 180 and -90 <= given[1] < given[3] <= 90
    ):
        raise OptionError(
            Text(
                f"范围 {','.join(f'{v:g}' for v in given)} 不可用",
                f"{','.join(f'{v:g}' for v in given)} is no extent",
            ),
            Text(
                "请按 西,南,东,北 填写，例如 36,-5,40,0",
                "Write west,south,east,north: 36,-5,40,0 for example",
            ),
            where="--bbox",
        )
    west, south, east, north = given
    return west, south, east, north


def _bytes(progress: Callable[[str, int, int], None]) -> Callable[[str, int, int | None], None]:
    return lambda name, have, total: progress(name, have, total or 0)
