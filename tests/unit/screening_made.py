"""Screenings made up for the tests of reports: small ones with every oddity, large ones by the thousand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import shapely

from qinglu.model import EXPOSURES, FINDINGS, NEAREST, PROJECTS, REJECTED, ZONAL, Layer, Portfolio, Screening
from qinglu.text import Text

ON = date(2022, 3, 28)
BUFFERS_M = (1_000.0, 5_000.0, 10_000.0, 50_000.0)
NASTY = '<script>alert("x")</script> & <img src=http://evil.example/a.png>'

LAYERS = (
    Layer(
        id="parks",
        role="protected",
        title=Text("国家公园（示意）", "National parks (sketch)"),
        kind="area",
        version="2026-1",
        provider="Qinglu",
        licence="Apache-2.0",
        provenance="Drawn by hand for demonstration",
        sha256="a" * 64,
        withheld=("CHN", "IND"),
        demonstration=True,
        how_to_get=Text("随软件附带", "Comes with the software"),
    ),
    Layer(
        id="rivers",
        role="river",
        title=Text("河流", "Rivers"),
        kind="line",
        version="5.1.2",
        provider="Natural Earth",
        licence="Public domain",
        sha256="b" * 64,
    ),
)


def _cite(doc_zh, doc_en, issued, checked, kind="policy"):
    day = f"{issued}发布" if issued else "发布日期不详"
    return {
        "kind": kind,
        "doc": {"zh": doc_zh, "en": doc_en},
        "at": {"zh": "第九条", "en": "art. 9"},
        "url": "",
        "issued": issued,
        "checked": checked,
        "line": {"zh": f"{doc_zh}第九条（{day}）", "en": f"{doc_en}, art. 9 (issued {issued})"},
    }


def _tier(level, value, cite):
    return {
        "level": level,
        "says": {"zh": "如规则所述", "en": "As the rule says"},
        "feature_class": [],
        "value": value,
        "threshold": None if value is None else value * 1000,
        "valid_from": "2022-03-28",
        "verified": cite["checked"] is not None,
        "cite": cite,
        "also": [],
        "basis": None,
    }


def _rule(rule_id, zh, en, question, role, tiers, measure="distance", unit="km"):
    return {
        "id": rule_id,
        "title": {"zh": zh, "en": en},
        "question": question,
        "topic": role,
        "rulebook": "screening 1.0.0",
        "on": "2022-03-28",
        "applies_to": {"role": [role]},
        "asks_for_layer": True,
        "measure": measure,
        "compare": "at-most",
        "unit": unit,
        "base_unit": "m",
        "scale": None,
        "tiers": tiers,
    }


TOUCH = {"zh": "触及什么？", "en": "What does it touch?"}
NEAR = {"zh": "附近有什么？", "en": "What is near?"}
OPINIONS = _cite("关于推进共建“一带一路”绿色发展的意见", "Opinions on Green Development", "2022-03-16", "2026-11-01")
OWN = _cite("青路筛查惯例", "Qinglu screening convention", None, None, "convention")
LAW = _cite("某国保护地法", "Protected Areas Act", "2013-12-24", None, "law")

RULES = (
    _rule("screening.protected.inside", "位于保护地内", "Inside a protected area", TOUCH, "protected", [_tier("critical", 0, LAW)]),
    _rule("screening.protected.near", "邻近保护地", "Near a protected area", NEAR, "protected", [_tier("warning", 1, OPINIONS), _tier("note", 10, OWN)]),
    _rule("screening.river.near", "邻近河流", "Near a river", NEAR, "river", [_tier("note", 1, OWN)]),
    _rule("screening.heritage.near", "邻近世界遗产", "Near a World Heritage site", NEAR, "heritage", [_tier("critical", 1, LAW)]),
    _rule("screening.location.coarse", "位置过粗", "Location too coarse", NEAR, "location", [_tier("note", 1, OWN)], "noted", "flag"),
)

# id, name, name_zh, country, given, sector, stage, geometry, shape, notes
_SMALL = [
    ("007", "Mombasa–Nairobi Railway", "蒙内铁路", "KEN", "Kenya", "rail", "operating", 0, "line", []),
    ("NA", "Walvis Bay Port", "鲸湾港", "NAM", "NA", "port", "operating", 1, "point", ["country-mismatch"]),
    ("=1+1", NASTY, "", "FJI", "Fiji", "road", "planned", 2, "line", ["cut-at-antimeridian"]),
    ("P-4", "", "只有中文名", "", "亚特兰蒂斯", "", "", 3, "area", ["country-unknown", "location-too-coarse"]),
    ("P-5", "Mombasa–Nairobi Railway, second loan", "蒙内铁路第二笔贷款", "KEN", "Kenya", "rail", "cancelled", 0, "line", ["shared-geometry", "cancelled"]),
    ("P-6", "Solar park, all clear", "光伏园", "PAK", "Pakistan", "solar", "operating", 4, "area", []),
    ("P-7", "Nobody judged this", "", "PAK", "Pakistan", "", "", 5, "point", []),
]
GEOMETRIES = np.array(
    [
        shapely.LineString([(39.6, -4.0), (38.5, -3.3), (37.5, -2.2), (36.9, -1.35)]),
        shapely.Point(14.5, -22.95),
        shapely.MultiLineString([[(179.2, -17.0), (180.0, -17.2)], [(-180.0, -17.2), (-179.4, -17.6)]]),
        shapely.box(100.0, -5.0, 104.0, -1.0),
        shapely.box(71.8, 29.3, 71.9, 29.4, ccw=False),
        shapely.Point(67.0, 24.8),
    ],
    dtype=object,
)


def table(schema, rows):
    """Rows as tuples in the order of the schema."""
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def finding(project, rule, level, value=None, layer="", zh="", en="", measure="distance", unit="m"):
    version = {"parks": "2026-1", "rivers": "5.1.2"}.get(layer, "")
    return (project, rule, level, measure, value, unit, layer, version, zh or f"{rule}：{level}", en or f"{rule}: {level}")


def small_screening(**changes):
    """Seven projects: every level, both scripts, both sides of the antimeridian, text that would be markup."""
    projects = table(
        PROJECTS, [(*p[:7], i + 1, p[7], p[8], p[9], "{}") for i, p in enumerate(_SMALL)]
    )
    rejected = table(
        REJECTED,
        [
            (8, "P-8", "coordinates-swapped", "Longitude and latitude look swapped: try lon=36.8, lat=-1.3"),
            (9, "", "no-geometry", "No coordinates; fill in lon and lat, or a geometry"),
        ],
    )
    parts = {
        "portfolio": Portfolio(projects, GEOMETRIES, rejected, 9, "projects.csv", "c" * 64, {"project_id": "id"}),
        "layers": LAYERS,
        "exposures": table(EXPOSURES, _EXPOSED),
        "nearest": table(NEAREST, [("007", "rivers", "3", 120.5), ("NA", "parks", "9", 812_345.678)]),
        "zonal": table(ZONAL, [("P-6", "dem", 101.5, 99.0, 110.25, 4.5), ("P-7", "dem", None, None, None, 0.0)]),
        "findings": table(FINDINGS, _FOUND),
        "rules": RULES,
        "on": ON,
        "buffers_m": BUFFERS_M,
        "run": {"versions": {"qinglu": "0.1.0"}, "settings": {"buffer_km": [1, 5, 10, 50]}, "timings": {"total_s": 1.5}},
    }  # fmt: skip
    return Screening(**(parts | changes))


_EXPOSED = [
    ("007", "parks", "1", "Tsavo East", 0.0, True, None, 85_123.4, 0.18),
    ("007", "parks", "2", "Nairobi", 812.25, False, None, None, None),
    ("=1+1", "parks", "0", "=HYPERLINK(\"http://evil.example\")", 0.1, False, None, None, None),
    ("P-6", "rivers", "12", 'Sutlej, "upper"\nreach', 33_123.456789, False, None, None, None),
    ("P-4", "parks", "5", "", 0.0, True, 1.5e9, None, 0.01),
]
_FOUND = [
    finding("007", "screening.protected.inside", "critical", 0.0, "parks", "蒙内铁路穿越察沃东（示意），长 85.1 km。", "The line crosses Tsavo East (sketch) over 85.1 km."),
    finding("007", "screening.protected.near", "warning", 812.25, "parks"),
    finding("007", "screening.river.near", "note", 120.5, "rivers"),
    finding("007", "screening.heritage.near", "unknown", None, "", "没有世界遗产图层，无法判断。", "No layer of World Heritage: this cannot be told."),
    finding("NA", "screening.protected.near", "note", 9_500.0, "parks"),
    finding("NA", "screening.river.near", "clear", 250_000.0, "rivers"),
    finding("=1+1", "screening.protected.near", "warning", 0.1, "parks", f"邻近 {NASTY}", f"Near {NASTY}"),
    finding("P-4", "screening.protected.near", "unknown", None, "parks"),
    finding("P-4", "screening.location.coarse", "note", 1.0, "", measure="noted", unit=""),
    finding("P-5", "screening.protected.inside", "critical", 0.0, "parks"),
    finding("P-5", "screening.heritage.near", "unknown"),
    finding("P-6", "screening.protected.near", "clear", 70_000.0, "parks"),
    finding("P-6", "screening.river.near", "clear", 33_123.456789, "rivers"),
]


def large_screening(n=2_000, *, seed=7):
    """`n` projects over the world, a fifth of them sharing places, with several findings each."""
    random = np.random.default_rng(seed)
    n_places = max(1, n * 4 // 5)
    lon, lat = random.uniform(-170, 170, n_places), random.uniform(-50, 60, n_places)
    geometries = shapely.points(lon, lat)
    geometries[::3] = shapely.linestrings(
        np.stack([np.column_stack([lon, lat]), np.column_stack([lon + 0.4, lat + 0.2])], axis=1)[::3]
    )
    shapes = np.where(np.arange(n_places) % 3 == 0, "line", "point")
    places = np.concatenate([np.arange(n_places), random.integers(0, n_places, n - n_places)]).astype(np.int32)
    codes = random.choice(["KEN", "PAK", "LAO", "IDN", "ETH", "KHM", "ZMB", "AGO", "VNM", "PER", "FJI", "KAZ", "EGY", ""], n)
    ids = [f"P{i:07d}" for i in range(n)]
    projects = pa.table(
        {
            "project_id": ids,
            "name": [f"Project number {i}" for i in range(n)],
            "name_zh": [f"第{i}号项目" for i in range(n)],
            "country": codes,
            "country_given": codes,
            "sector": random.choice(["rail", "port", "hydropower", "coal", "solar"], n),
            "stage": random.choice(["planned", "operating", "cancelled"], n),
            "source_row": np.arange(1, n + 1),
            "geometry": places,
            "shape": shapes[places],
            "notes": [["shared-geometry"] if i >= n_places else [] for i in range(n)],
            "extra": ["{}"] * n,
        }
    ).cast(PROJECTS)
    rules = [r["id"] for r in RULES[:4]]
    distance = random.gamma(1.0, 15_000.0, (n, 3))
    levels = np.select([distance < 400, distance < 2_000, distance < 10_000], ["critical", "warning", "note"], "clear")
    unknown = random.random(n) < 0.6
    rows, near = [], []
    for i, project in enumerate(ids):
        for j in range(3):
            d = float(distance[i, j])
            layer = "rivers" if j == 2 else "parks"
            rows.append(finding(project, rules[j], levels[i, j], d, layer, f"最近的要素在 {d / 1000:.3g} km 外。", f"The nearest feature is {d / 1000:.3g} km away."))
            near.append((project, layer, str(j), f"Feature {j}", d, False, None, None, None))
        if unknown[i]:
            rows.append(finding(project, rules[3], "unknown", None, "", "没有世界遗产图层。", "No layer of World Heritage."))
    portfolio = Portfolio(projects, geometries, REJECTED.empty_table(), n, "large.csv", "d" * 64)
    return small_screening(
        portfolio=portfolio,
        exposures=table(EXPOSURES, near),
        nearest=NEAREST.empty_table(),
        zonal=ZONAL.empty_table(),
        findings=table(FINDINGS, rows),
    )
