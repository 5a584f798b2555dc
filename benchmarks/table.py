"""What was measured, as Markdown."""

from __future__ import annotations

from typing import Any

TITLES = {
    "within": "features within 50 km",
    "nearest": "nearest feature",
    "intersects": "intersects",
    "overlap": "overlap area and length",
    "repair": "repair of the layer",
    "build": "index of the layer",
    "zonal": "zonal statistics, resident raster",
    "zonal-cold": "zonal statistics, cold GeoTIFF",
}


def markdown(told: dict[str, Any]) -> str:
    """The whole report."""
    size, machine = told["size"], told["machine"]
    lines = [
        "# Qinglu against its peers",
        "",
        f"Measured {told['date']} by `{told['command']}`,",
        f"{machine['cores']} cores ({machine['cpu']}), Python {machine['python']}.",
        "CPU seconds are user and system time of the process, its threads and its server; of several",
        "runs the best counts. *Ready* is what came before: reading, indexing, loading.",
        "",
        f"Layer: {size['areas']:,} areas, {size['found_vertices']:,} vertices",
        f"(median {size['found_median']:g}, largest {size['found_largest']:,},",
        f"{size['found_invalid']} invalid).",
        f"Projects: {size['projects']:,}, of which {size['few']:,} for distances.",
        f"Zones: {size['zones']:,} on a globe of {60 / size['cells_per_degree']:g} arc-minutes a cell.",
        "",
        "| job | peer | CPU s | × ours | ready CPU s | peak MB | against brute force and us | how |",
        "|---|---|--:|--:|--:|--:|---|---|",
    ]
    for job in TITLES:
        lines += [_row(job, entry, told["results"][job]) for entry in told["results"].get(job, ())]
    lines += ["", *_whole(told.get("whole", {})), "", "## Versions", ""]
    versions = {name: v for entries in told["results"].values() for e in entries for name, v in e["versions"].items()}
    lines.append(", ".join(f"{name} {v}" for name, v in sorted(versions.items())))
    return "\n".join(lines) + "\n"


def best(entry: dict[str, Any]) -> float | None:
    """CPU seconds of the best run; None if there was none."""
    return min((run["cpu_s"] for run in entry.get("runs", ())), default=None)


def _row(job: str, entry: dict[str, Any], all_of_job: list[dict[str, Any]]) -> str:
    own = next((best(e) for e in all_of_job if e["peer"] == "qinglu"), None)
    cpu = best(entry)
    head = f"| {TITLES[job]} ({job}) | {entry['peer']} "
    if cpu is None:
        return f"{head}| – | | | | | {entry.get('unable', 'failed')} |"
    ratio = f"{cpu / own:.1f}" if own and entry["peer"] != "qinglu" else ""
    memory = f"{entry['peak_bytes'] / 1e6:,.0f}"
    figures = "; ".join(f"{name.replace('_', ' ')} {value:,.4g}" for name, value in entry["figures"].items())
    how = "; ".join(part for part in (entry["note"], figures) if part)
    return f"{head}| {cpu:.4g} | {ratio} | {entry['prepare_cpu_s']:.3g} | {memory} | {_errors(entry)} | {how} |"


def _errors(entry: dict[str, Any]) -> str:
    found = entry.get("errors", {})
    parts = []
    if "worst_m" in found:
        parts.append(f"worst of {found['sample']:.0f}: {found['worst_m']:.3g} m, {100 * found['worst_share']:.2g} %")
    if "pairs" in found:
        parts.append(f"{found['pairs']:.0f} pairs, {found['missing']:.0f} missing, {found['extra']:.0f} extra")
    if "worst_area_share" in found:
        parts.append(f"worst area {found['worst_area_share']:.1e}, length {found['worst_length_share']:.1e}")
    if "mean" in found:
        parts.append("differs by " + ", ".join(f"{name} {value:.0e}" for name, value in found.items()))
    return "; ".join(parts)


def _whole(whole: dict[str, Any]) -> list[str]:
    if not whole:
        return []
    lines = ["## As a person runs it", "", "| | CPU s | wall s | peak MB |", "|---|--:|--:|--:|"]
    for job, told in whole.items():
        if "unable" in told:
            lines.append(f"| {job}: {told['unable']} | – | – | – |")
            continue
        for name, used in told.items():
            if not isinstance(used, dict):
                lines.append(f"| {job}: {name.replace('_', ' ')} | {used:.3g} | | |")
            elif "unable" in used:
                lines.append(f"| {job} {name}: {used['unable']} | – | – | – |")
            else:
                memory = f"{used['peak_bytes'] / 1e6:,.0f}" if "peak_bytes" in used else ""
                cells = f"{used['cpu_s']:.3g} | {used['wall_s']:.3g} | {memory}"
                lines.append(f"| {job}, {name} | {cells} |")
    return lines
