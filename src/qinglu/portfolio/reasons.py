"""Why a row is rejected, and what to try; every slug in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from ..text import Text

REASONS: dict[str, Text] = {
    "empty-row": Text("整行为空；请删除该行", "every cell is empty; delete the row"),
    "ragged-row": Text(
        "有 {found} 个字段，表头有 {expected} 个；请检查多余或缺少的分隔符，含分隔符的文字应加引号",
        "{found} fields where the header has {expected}; look for a stray or missing separator, and quote"
        " text that contains one",
    ),
    "unclosed-quote": Text(
        "引号未闭合，后续行会被并入本行；请补全或删除引号",
        "a quotation mark is not closed and would swallow the rows below; close or remove it",
    ),
    "missing-coordinates": Text("缺少坐标；请填写经度和纬度", "no coordinates; fill in longitude and latitude"),
    "not-a-number": Text(
        "坐标“{value}”无法识别为度数；请填写十进制度，如 36.8172",
        "the coordinate {value!r} cannot be read as degrees; write decimal degrees such as 36.8172",
    ),
    "out-of-range": Text(
        "坐标（{x}, {y}）超出经度±180°、纬度±90°的范围；请改为十进制度，并检查小数点",
        "the coordinates ({x}, {y}) lie outside longitude ±180 and latitude ±90; write decimal degrees and"
        " check the decimal point",
    ),
    "swapped-coordinates": Text(
        "经纬度疑似颠倒：按给定顺序为经度 {x}、纬度 {y}，应为经度 {y}、纬度 {x}（{why}）；请对调两列",
        "longitude and latitude seem swapped: given as longitude {x}, latitude {y}; likely longitude {y},"
        " latitude {x} ({why_en}); exchange them",
    ),
    "dms-run-together": Text(
        "坐标“{value}”像是连写的度分秒；若是，应写作 {reading}",
        "the coordinate {value!r} looks like degrees, minutes and seconds run together; if so, write {reading}",
    ),
    "null-island": Text(
        "坐标为 (0, 0)，通常表示缺失；请填写真实位置",
        "the coordinates are (0, 0), which usually stands for none; give the true place",
    ),
    "empty-geometry": Text("几何为空；请补绘该项目的位置", "the geometry is empty; draw the place of the project"),
    "bad-geometry": Text(
        "几何无法解析；请检查坐标是否完整",
        "the geometry cannot be understood; check that its coordinates are complete",
    ),
    "bad-wkt": Text(
        "WKT“{value}”无法解析；应写作如 POINT (36.8 -1.3)",
        "the WKT {value!r} cannot be read; it should look like POINT (36.8 -1.3)",
    ),
    "curved-geometry": Text("几何含圆弧；请先转换为折线", "the geometry has arcs; convert it to straight segments"),
    "not-finite": Text(
        "几何含非数值或无穷大的坐标；请修正该几何",
        "the geometry has a coordinate that is not a finite number; correct it",
    ),
    "too-many-vertices": Text(
        "几何有 {count} 个顶点，上限为 {limit}；请简化，或调高 QINGLU_MAX_VERTICES",
        "the geometry has {count} vertices, the limit is {limit}; simplify it or raise QINGLU_MAX_VERTICES",
    ),
}
"""What can be wrong with a row. A message is filled with values of that row."""

_VALUE_LENGTH = 60


def message(reason: str, values: Mapping[str, object]) -> Text:
    """The message of a rejection."""
    short = {k: _short(v) for k, v in values.items()}
    return Text(*(said.format(**short) for said in REASONS[reason]))


def _short(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, str) and len(value) > _VALUE_LENGTH:
        return value[: _VALUE_LENGTH - 1] + "…"
    return value
