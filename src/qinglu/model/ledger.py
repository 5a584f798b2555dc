"""The table of ledger estimates of a portfolio, column by column, and the words it uses."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from ..text import Text

LEDGER = pa.schema(
    [
        ("project_id", pa.string()),
        ("part", pa.string()),  # of LEDGER_PARTS
        ("scope", pa.string()),  # 1 | 2 | 3 | biogenic, "" where it is no emission
        ("quantity", pa.string()),  # of LEDGER_QUANTITIES
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("unit", pa.string()),
        ("basis", pa.string()),  # given | assumed
        ("status", pa.string()),  # estimated | unknown
        ("missing", pa.string()),  # of LEDGER_MISSING, joined by semicolons
        ("explanation_zh", pa.string()),
        ("explanation_en", pa.string()),
    ]
)

LEDGER_PARTS: Mapping[str, Text] = {
    "operation": Text("运营", "Operation"),
    "construction": Text("建设", "Construction"),
    "": Text("项目", "Project"),
}
LEDGER_QUANTITIES: Mapping[str, Text] = {
    "emissions": Text("温室气体排放", "Greenhouse gases"),
    "generation": Text("净发电量", "Net generation"),
    "water": Text("耗水量", "Water consumed"),
}
LEDGER_BASES: Mapping[str, Text] = {
    "given": Text("所给数据", "given"),
    "assumed": Text("典型值推算", "assumed"),
}
LEDGER_STATES: Mapping[str, Text] = {
    "estimated": Text("已估算", "estimated"),
    "unknown": Text("未知", "unknown"),
}
LEDGER_MISSING: Mapping[str, Text] = {
    "project-type": Text("项目类型：行业、技术或燃料列", "what it is: a column for sector, technology or fuel"),
    "capacity": Text("装机容量（MW）", "capacity in MW"),
    "fuel": Text("燃料", "fuel"),
    "length": Text("长度：线状位置或 length_km 列", "length: a line as its place, or a column length_km"),
    "quantities": Text("工程量（该类设施没有按规模的典型值）", "quantities (no typical values by size for this kind)"),
    "reservoir": Text("库区面积、气候和淹没植被", "area, climate and flooded plants of the reservoir"),
    "activity": Text("运营数据：运量、产量或能耗", "what it does in a year: traffic, output or energy used"),
    "factor": Text("该燃料或技术的排放因子", "an emission factor for this fuel or technology"),
    "cancelled": Text("项目已取消，不估算", "nothing: the project was cancelled"),
}
"""What is missing where a figure is unknown, and what would settle it."""
