"""Screen the AidData projects and write what was found: ``python docs/findings_aiddata.py ../shared/data OUT``.

Joins the published features to their geometries, screens them against Natural Earth and RESOLVE Ecoregions with the
same job as ``qinglu screen``, and rewrites docs/findings-aiddata.md and its Chinese twin. No figure there is typed.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qinglu.cli import main as qinglu

HERE = Path(__file__).parent
LAYERS = {
    "coast": ("natural-earth/ne_10m_coastline.parquet", "海岸线", "coast"),
    "rivers": ("natural-earth/ne_10m_rivers_lake_centerlines.parquet", "河流", "river"),
    "lakes": ("natural-earth/ne_10m_lakes.parquet", "湖泊", "lake"),
    "glaciers": ("natural-earth/ne_10m_glaciated_areas.parquet", "冰川", "glacier"),
    "reefs": ("natural-earth/ne_10m_reefs.parquet", "珊瑚礁", "reef"),
    "ecoregions": ("resolve-ecoregions-2017/ecoregions2017_simplified.parquet", "生态区", "ecoregion"),
}
BANDS = (0, 1_000, 5_000, 10_000, 50_000)


def portfolio(data: Path, into: Path) -> Path:
    """The published features with their geometries, as one GeoParquet file."""
    source = data / "aiddata-gcdf-v2"
    stored = pq.read_table(source / "geometries.parquet")
    wkb = dict(zip(stored["geom_id"].to_pylist(), stored["geometry"].to_pylist(), strict=True))
    with gzip.open(source / "features.csv.gz") as raw:
        rows = list(csv.DictReader(io.TextIOWrapper(raw, "utf-8")))
    columns = {name: [r[name] for r in rows] for name in rows[0]}
    table = pa.table({**columns, "geometry": [wkb[r["geom_id"]] for r in rows]})
    geo = {"version": "1.1.0", "primary_column": "geometry",
           "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["MultiPolygon"]}}}  # fmt: skip
    path = into / "aiddata-gcdf-v2.parquet"
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


def screened(data: Path, out: Path) -> Path:
    """Run ``qinglu screen`` and give its folder."""
    out.mkdir(parents=True, exist_ok=True)
    args = ["screen", str(portfolio(data, out))]
    for name, (path, _, role) in LAYERS.items():
        field = ",id=ECO_ID" if name == "ecoregions" else ""
        args += ["--layer", f"{name}={data / path},role={role}{field}"]
    results = out / "results"
    code = qinglu([*args, "--on", "2026-11-22", "--quiet", "--out", str(results)])
    if code:
        raise SystemExit(code)
    return results


def near(results: Path) -> dict[str, list[int]]:
    """For each layer, how many projects lie within each band of it."""
    table = pq.read_table(results / "nearest.parquet")
    counts = {}
    for name in LAYERS:
        distance = table.filter(pc.equal(table["layer_id"], name))["distance_m"].to_numpy()
        counts[name] = [int((distance <= band).sum()) for band in BANDS]
    return counts


def facts(data: Path, results: Path) -> dict[str, object]:
    """Everything the pages say."""
    run = json.loads((results / "run.json").read_text(encoding="utf-8"))
    drawn = json.loads((results / "projects.geojson").read_text(encoding="utf-8"))["features"]
    about = [f["properties"] for f in drawn]
    exposed = pq.read_table(results / "exposures.parquet")
    eco = exposed.filter(pc.and_(pc.equal(exposed["layer_id"], "ecoregions"), exposed["intersects"]))
    biome = pq.read_table(data / LAYERS["ecoregions"][0], columns=["ECO_ID", "BIOME_NAME"])
    biomes = {str(int(i)): b for i, b in zip(biome["ECO_ID"].to_pylist(), biome["BIOME_NAME"].to_pylist(), strict=True)}
    in_biome = {(p, biomes.get(str(int(float(f))), "")) for p, f in zip(
        eco["project_id"].to_pylist(), eco["feature_id"].to_pylist(), strict=True)}  # fmt: skip
    lines = exposed.filter(pc.and_(pc.equal(exposed["layer_id"], "ecoregions"), pc.is_valid(exposed["overlap_m"])))
    one_each = {json.dumps(f["geometry"]): f["properties"]["project_id"] for f in reversed(drawn)}
    lines = lines.filter(pc.is_in(lines["project_id"], value_set=pa.array(sorted(one_each.values()))))
    findings = pq.read_table(results / "findings.parquet", columns=["project_id", "rule_id", "level"])
    warned = findings.filter(pc.equal(findings["level"], "warning"))
    return {
        "run": run,
        "notes": Counter(n for p in about for n in p["notes"]),
        "levels": Counter(p["level"] for p in about),
        "near": near(results),
        "ecoregions": len(set(eco["feature_id"].to_pylist())),
        "biomes": Counter(b for _, b in in_biome if b and b != "N/A").most_common(6),
        "line_km": sum(lines["overlap_m"].to_pylist()) / 1000,
        "warned": Counter(warned["rule_id"].to_pylist()).most_common(),
        "elsewhere": sorted(
            (p["country"], p["project_id"], p["name"]) for p in about if "country-mismatch" in p["notes"]
        ),
    }


def main() -> None:
    """Screen, and write both pages."""
    sys.path.insert(0, str(HERE))
    from findings_aiddata_page import page

    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    found = facts(data, screened(data, out))
    for lang, name in (("en", "findings-aiddata.md"), ("zh", "findings-aiddata.zh.md")):
        (HERE / name).write_text(page(found, lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
