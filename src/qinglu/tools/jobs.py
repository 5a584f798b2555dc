"""What a worker does for each kind of job. Every one can be done twice and leaves one result."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from .. import portfolio as portfolios
from ..engine.worker import Ended, Handler, Task
from ..errors import NothingScreenedError, PortfolioError, QingluError, UnknownNameError
from ..model import Portfolio
from ..report import FORMATS, missing
from ..settings import Settings
from ..store import SYSTEM
from ..store.records import Run
from ..store.runs import Outcome
from ..text import Lang, Text
from ..workspace import Workspace
from . import remote
from .answer import plain
from .charted import Drawing, told
from .registered import register_layers
from .screening import AnyLayer, Job, checked_buffers, example_layer

_COLOURS = {1.0: "green", 2.0: "yellow", 3.0: "red"}
_BATCH = 20_000
_ANSWER_BYTES = 1 << 20
_SUFFIXES = re.compile(
    r"\.(csv|tsv|txt|xlsx|xlsm|geojson|json|gpkg|zip|kml|kmz|parquet|geoparquet|gz|tif|tiff|yaml|yml)"
)
TYPES = {
    ".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".json": "application/json",
    ".geojson": "application/geo+json", ".parquet": "application/vnd.apache.parquet", ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".tif": "image/tiff",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".png": "image/png",
    ".svg": "image/svg+xml",
}  # fmt: skip
"""Media types of results, by suffix."""


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Kind of job → what does it."""
    return {
        "portfolio": lambda task: screen_upload(task, settings),
        "screen": lambda task: screen_registered(task, settings),
        "tool": lambda task: run_tool(task, settings),
    }


def screen_upload(task: Task, settings: Settings) -> Any:
    """Read an uploaded portfolio, enter every row of it, and screen what can be screened."""
    asked = task.job.inputs
    record = task.store.portfolio(task.actor, int(asked["portfolio"]))
    with task.folder() as folder:
        workspace = _workspace(task, settings)
        task.progress("read", 0, 1)
        path = _lent(task, folder, record.sha256, record.source)
        with _naming(path.name, record.source):
            read = _read(workspace, path, asked.get("fields") or {})
        read = replace(read, source=record.source)
        task.progress("register", 0, 1)
        entered, ids = task.store.register_portfolio(task.actor, record.id, read)
        account = {"read": entered.n_read, "kept": entered.n_kept, "repaired": entered.n_repaired,
                   "rejected": entered.n_rejected, "fields": dict(read.fields), "columns": _columns(read)}  # fmt: skip
        task.progress("registered", 1, 1, portfolio=record.id, **account)
        if not ids:
            raise _nothing(read)
        codes = read.projects["project_id"].to_pylist()
        own = {code: ids[code] for code in codes}
        run = task.store.start_run(
            task.actor, record.organisation_id, "screen", _shown(asked), list(own.values()),
            portfolio_id=record.id, job=task.job,
        )  # fmt: skip
        return _screen(task, workspace, folder, read, own, run, {"portfolio_id": record.id, "account": account})


def screen_registered(task: Task, settings: Settings) -> Any:
    """Screen projects of the register."""
    asked = task.job.inputs
    wanted = [int(i) for i in asked["projects"]]
    with task.folder() as folder:
        workspace = _workspace(task, settings)
        task.progress("read", 0, 1)
        read, own = task.store.portfolio_of(task.actor, wanted)
        if not len(read.projects):
            raise _nothing(read)
        owner = cast(int, task.job.organisation_id)
        run = task.store.start_run(task.actor, owner, "screen", _shown(asked), wanted, job=task.job)
        read = replace(read, source=_named(read, cast(Lang, workspace.settings.lang)))
        return _screen(task, workspace, folder, read, own, run, {})


def run_tool(task: Task, settings: Settings) -> Any:
    """Run a declared tool; what it writes becomes documents of the job."""
    asked = task.job.inputs
    chosen = remote.remote_tool(str(asked["tool"]))
    with task.folder() as folder:
        out = folder / "out"
        out.mkdir()
        workspace = _workspace(task, settings)

        def path_of(kept: Mapping[str, Any]) -> Path:
            if "layer" in kept:
                return workspace.atlas.file(str(kept["layer"]))
            return _lent(task, folder, str(kept["sha256"]), str(kept.get("name", "")))

        with remote_paths(folder):
            made = chosen.run(workspace, remote.received(chosen, asked["inputs"], path_of, out))
        drawing = Drawing.of(asked["charts"]) if asked.get("charts") else None
        answer = remote.scrubbed(told(made, drawing), folder)
        task.progress("keep", 0, 1)
        raw = json.dumps(answer, ensure_ascii=False, default=str).encode()
        documents = keep(task, sorted(p for p in out.rglob("*") if p.is_file()))
        if len(raw) > _ANSWER_BYTES:
            documents.append(_kept(task, "answer.json", raw))
            answer = None
        if chosen.steward:
            register_layers(task.store, workspace.atlas)
        return {"tool": chosen.id, "answer": answer, "documents": documents}


def keep(task: Task, files: Sequence[Path]) -> list[dict[str, Any]]:
    """Results as documents: name, type, size and hash of each."""
    made = []
    for path in files:
        with path.open("rb") as source:
            sha256, size = task.store.put_document(task.actor, source)
        made.append({"name": path.name, "type": media_type(path.name), "size": size, "sha256": sha256})
    return made


def media_type(name: str) -> str:
    """The media type of a result."""
    return TYPES.get(Path(name).suffix.casefold(), "application/octet-stream")


def _screen(
    task: Task, workspace: Workspace, folder: Path, read: Portfolio, ids: Mapping[str, int], run: Run,
    more: Mapping[str, Any],
) -> Ended:  # fmt: skip
    """Measure and judge, write the reports, then keep findings, reports and the end of the job together."""
    asked = task.job.inputs
    task.run_id = run.id
    on = date.fromisoformat(asked["on"]) if asked.get("on") else workspace.today
    buffers = checked_buffers(asked.get("buffer_km") or (1.0, 5.0, 10.0, 50.0))
    layers = _layers(task, workspace, asked)
    job = Job(
        workspace, read, layers, buffers, on, everything=asked.get("rules") == "all", ledger=bool(asked.get("ledger"))
    )
    out = folder / "out"
    left_out = missing(FORMATS)  # a server without the parts for paper screens all the same, and says so
    screened = job.write(out, [kind for kind in FORMATS if kind not in left_out])
    task.progress("keep", 0, 1)
    documents = keep(task, screened.files)
    frame = job.frame()
    evidence = {
        "rules": {r["id"]: r for r in (*frame.clauses, *frame.rules)},
        "layers": {a.id: plain(_layer_record(a)) for a in frame.layers},
    }
    proof = _kept(task, "evidence.json", json.dumps(plain(evidence), ensure_ascii=False, default=str).encode())
    counts = {**screened.as_dict(), "findings": _rows(out / "findings.parquet"), "documents": documents, **more}
    if left_out:
        counts["not_made"] = list(left_out)
    for name in ("files", "explained"):
        counts.pop(name)
    outcome = Outcome(
        projects=_found(out, ids),
        findings=_findings(out / "findings.parquet", ids),
        versions={**frame.run["versions"], "rulebooks": frame.run["rulebooks"], "evidence": proof["sha256"],
                  "layers": [{"id": a.id, "version": a.version} for a in frame.layers]},
        counts=counts,
        judged_on=on,
    )  # fmt: skip
    task.store.finish_run(
        task.actor, run.id, outcome, job=task.job, result={"run_id": run.id, "documents": documents, **more}
    )
    return Ended()


def _found(out: Path, ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """What the run found of each project."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    findings = pq.read_table(out / "findings.parquet", columns=["project_id", "measure", "value"])
    coloured = findings.filter(pc.equal(findings["measure"], "colour"))
    colours = dict(zip(coloured["project_id"].to_pylist(), coloured["value"].to_pylist(), strict=True))
    ledger = _estimates(out / "ledger.parquet")
    columns = ["project_id", "level", "unknown", "n_critical", "n_warning", "n_note", "n_unknown", "n_clear"]
    return [
        {**row, "project_id": ids[row["project_id"]], "colour": _COLOURS.get(colours.get(row["project_id"]) or 0.0, ""),
         "ledger": ledger.get(row["project_id"])}
        for row in pq.read_table(out / "projects.parquet", columns=columns).to_pylist()
    ]  # fmt: skip


def _estimates(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows of the ledger by project; none where nobody asked for it."""
    import pyarrow.parquet as pq

    made: dict[str, list[dict[str, Any]]] = {}
    if path.exists():
        for row in pq.read_table(path).to_pylist():
            made.setdefault(row.pop("project_id"), []).append(row)
    return made


def _findings(path: Path, ids: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH):
            for row in batch.to_pylist():
                yield {**row, "project_id": ids[row["project_id"]]}


def _rows(path: Path) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def _layers(task: Task, workspace: Workspace, asked: Mapping[str, Any]) -> list[AnyLayer]:
    """The layers asked for, else all; those a steward has switched off are left out."""
    off = {record.id for record in task.store.layers(SYSTEM, enabled=False)}
    known = workspace.atlas.ids()
    chosen = [i for i in (asked.get("layers") or known) if i not in off]
    if strange := [i for i in chosen if i not in known]:
        raise UnknownNameError(
            Text(f"没有图层 {strange[0]}", f"there is no layer {strange[0]}"),
            Text(f"可用：{'、'.join(known)}", f"Use {', '.join(known)}"), where="layers",
        )  # fmt: skip
    sketch = [example_layer(workspace)] if asked.get("demonstration") else []
    return [*sketch, *(workspace.atlas.open(i) for i in chosen)]


def _read(workspace: Workspace, path: Path, fields: Mapping[str, str]) -> Portfolio:
    """The projects of a file; a file that cannot be understood says which columns it has, to be named by hand."""
    settings = workspace.settings
    try:
        read = portfolios.read(path, fields=fields, settings=settings, lang=cast(Lang, settings.lang))
    except QingluError as error:
        if isinstance(error, PortfolioError) or error.slug == "option":
            error.data = _looked(path, settings)  # type: ignore[attr-defined]  # what the job keeps of the error
        raise
    if not len(read.projects):
        return read
    return portfolios.flag_country_mismatch(read, *workspace.atlas.countries())


def _looked(path: Path, settings: Settings) -> dict[str, Any]:
    try:
        return portfolios.look(path, settings)
    except QingluError:
        return {}


def _columns(read: Portfolio) -> list[str]:
    """The columns of a file that was read, as far as its rows tell."""
    first = read.projects["extra"][0].as_py() if len(read.projects) else ""
    return [*read.fields.values(), *(json.loads(first) if first else {})]


def _named(read: Portfolio, lang: Lang) -> str:
    """What a report of projects of the register is of: the project, or how many."""
    if len(read.projects) == 1:
        names = [read.projects[c][0].as_py() for c in (("name_zh", "name") if lang == "zh" else ("name", "name_zh"))]
        return next((n for n in names if n), str(read.projects["project_id"][0].as_py()))
    n = len(read.projects)
    return Text(f"登记库 {n} 个项目", f"{n} projects of the register").in_(lang)


def _nothing(read: Portfolio) -> NothingScreenedError:
    told = read.rejected["message"][0].as_py() if len(read.rejected) else ""
    first = read.messages[0] if read.messages else Text(told, told)
    return NothingScreenedError(
        Text(f"{read.n_read} 行全部无法使用；第一行：{first.zh}",
             f"all {read.n_read} rows were rejected; the first: {first.en}"),
        Text("请查看各行退回原因，或手工指定字段", "See why each row was rejected, or name the columns by hand"),
    )  # fmt: skip


def _workspace(task: Task, settings: Settings) -> Workspace:
    """With the language that was asked in, else that of the account."""
    asked = task.job.inputs.get("lang")
    account = task.actor.lang if task.actor.user_id is not None else settings.lang
    lang = cast(Lang, asked if asked in ("zh", "en") else account)
    return Workspace(replace(settings, lang=lang), task.store.now().date(), task.progress)


def _lent(task: Task, folder: Path, sha256: str, name: str) -> Path:
    """Kept bytes under a name of ours; of the name that was sent only a known suffix is taken."""
    found = _SUFFIXES.fullmatch(Path(name).suffix.casefold())
    path = folder / f"file-{sha256[:16]}{found[0] if found else ''}"
    if not path.exists():
        path.symlink_to(task.store.path_of(sha256).resolve())
    return path


class _naming:  # noqa: N801 - reads as a phrase where it is used
    """Errors name the file as its owner does."""

    def __init__(self, ours: str, theirs: str) -> None:
        self._ours, self._theirs = ours, theirs

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, QingluError):
            error.where = error.where.replace(self._ours, self._theirs) or self._theirs
            error.what = Text(*(t.replace(self._ours, self._theirs) for t in error.what))


def remote_paths(folder: Path) -> Any:
    """Errors say nothing of the folder a tool worked in."""
    return _naming(f"{folder}/", "")


def _kept(task: Task, name: str, raw: bytes) -> dict[str, Any]:
    sha256, size = task.store.put_document(task.actor, io.BytesIO(raw))
    return {"name": name, "type": media_type(name), "size": size, "sha256": sha256}


def _layer_record(layer: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(layer), "title": layer.title._asdict(), "how_to_get": layer.how_to_get._asdict()}


def _shown(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as a run records them: a list of thousands of projects is in the run itself."""
    return {k: v for k, v in asked.items() if k != "projects"}
