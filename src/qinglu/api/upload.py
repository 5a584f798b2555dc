"""Files that are sent: kept under their hash after a look whether they unpack to more than allowed."""

from __future__ import annotations

import json
import mimetypes
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from .. import archive
from ..errors import OptionError, SizeLimitError
from ..store import Actor
from ..text import Text
from ..tools.jobs import TYPES
from .context import Context
from .errors import MediaTypeError

_FIELDS, _FILES, _PART = 40, 8, 1 << 20
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a form."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A form: its files by the name of their field, and its other fields as text."""

    files: Mapping[str, Kept]
    fields: Mapping[str, str]

    @property
    def file(self) -> Kept:
        """The file of the field ``file``.

        Raises
        ------
        OptionError
            There is none.
        """
        if "file" not in self.files:
            raise OptionError(
                Text("表单中没有文件", "the form has no file"), Text("字段名为 file", "Its field is called file"),
                where="file",
            )  # fmt: skip
        return self.files["file"]

    def json(self, name: str) -> Any:
        """A field that holds JSON; None where it is empty.

        Raises
        ------
        OptionError
        """
        raw = self.fields.get(name, "").strip()
        try:
            return json.loads(raw) if raw else None
        except (ValueError, RecursionError):
            raise OptionError(
                Text("此项应为JSON", "this field is to be JSON"), Text('如 {"id": "编号"}', 'For example {"id": "No"}'),
                where=name,
            ) from None  # fmt: skip

    def number(self, name: str) -> int | None:
        """A field that holds a whole number; None where it is empty.

        Raises
        ------
        OptionError
        """
        raw = self.fields.get(name, "").strip()
        if not raw:
            return None
        if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
            raise OptionError(
                Text(f"{raw[:60]!r} 不是编号", f"{raw[:60]!r} is no id"),
                Text("应为正整数", "A whole number"),
                where=name,
            )
        return int(raw)

    def flag(self, name: str) -> bool:
        """A field that says yes or no; no where it is empty."""
        return self.fields.get(name, "").strip().casefold() in ("true", "1", "yes", "on")


async def sent(request: Request, ctx: Context, actor: Actor) -> Sent:
    """Take a form apart and keep its files. Whoever calls has settled that the actor may upload.

    Raises
    ------
    MediaTypeError
        No form.
    SizeLimitError
        Larger than allowed, packed or unpacked.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise MediaTypeError(
            Text("应以表单上传文件", "a file is sent in a form"),
            Text("Content-Type: multipart/form-data", "Content-Type: multipart/form-data"),
        )
    files: dict[str, Kept] = {}
    fields: dict[str, str] = {}
    async with request.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_PART) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await run_in_threadpool(_keep, ctx, actor, value)
            else:
                fields[name] = value.replace("\x00", "")
    return Sent(files, fields)


def media_type(name: str) -> str:
    """The type of a document by its name: what a client says of it does not count."""
    suffix = Path(name).suffix.casefold()
    return TYPES.get(suffix) or mimetypes.types_map.get(suffix) or "application/octet-stream"


def _keep(ctx: Context, actor: Actor, file: UploadFile) -> Kept:
    name = Path((file.filename or "").replace("\\", "/").replace("\x00", "")).name[-200:] or "document"
    _refuse_bomb(ctx, file.file, name)
    sha256, size = ctx.store.put_document(actor, file.file, max_bytes=ctx.settings.max_upload_mb << 20)
    if size == 0:
        raise OptionError(Text("文件为空", "the file is empty"), Text("请重新导出", "Export it again"), where=name)
    return Kept(name, sha256, size)


def _refuse_bomb(ctx: Context, file: BinaryIO, name: str) -> None:
    """An archive that says that it unpacks to too much is not even kept; one that lies is found when it is read."""
    file.seek(0, 2)
    most = ctx.settings.max_upload_mb
    if file.tell() > most << 20:
        raise SizeLimitError(
            Text(f"文件大于 {most} MB", f"the file is larger than {most} MB"),
            Text("请压缩或拆分", "Compress or split it"), where=name,
        )  # fmt: skip
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head not in _ZIP:
        return
    with tempfile.NamedTemporaryFile(suffix=".zip") as aside:
        shutil.copyfileobj(file, aside)
        aside.flush()
        try:
            archive.members(Path(aside.name), max_bytes=ctx.settings.max_unpacked_mb << 20)
        except SizeLimitError as error:
            error.where = name
            raise
    file.seek(0)
