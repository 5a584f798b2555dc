"""Documents: files under the name of their SHA-256, so that the same bytes are kept once and damage is seen."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Select, exists, insert, literal, select

from ..errors import IntegrityError, SizeLimitError
from ..text import Text
from .access import Actor, require, visible
from .errors import ForbiddenError, NotFoundError, StoreUnavailableError
from .part import Part
from .projects import PROJECT, load
from .schema import Moment, attachments, documents
from .values import Attachment, Page

_DOCUMENT = Text("文件", "document")
_BLOCK = 1 << 20
MAX_DOCUMENT_BYTES = 256 << 20
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
"""What the system says of a disk that takes nothing more."""
_UNWRITABLE = (*NO_ROOM, errno.EACCES, errno.EPERM)


class Files(Part):
    """Bytes in, and out again for those who may see what they are filed with."""

    def put_document(self, actor: Actor, source: IO[bytes], *, max_bytes: int = MAX_DOCUMENT_BYTES) -> tuple[str, int]:
        """Keep the bytes of a stream; their SHA-256 and how many there are.

        Written aside, synced, then renamed: what stands under a hash is whole.

        Raises
        ------
        SizeLimitError
            More than `max_bytes`.
        StoreUnavailableError
            The disk is full or cannot be written; nothing is left behind.
        """
        if not actor.system and (actor.user_id is None or not {"write", "run"} & actor.scopes):
            raise ForbiddenError(
                Text("上传文件需先登录", "uploading needs a user"),
                Text("请登录", "Sign in, or use a token with the scope write"),
            )
        try:
            sha256, size = self.keep_bytes(source, max_bytes)
        except OSError as error:
            if error.errno in _UNWRITABLE:
                raise unwritable(error) from error
            raise
        with self.db.write(actor) as tx:
            if tx.execute(select(documents.c.sha256).where(documents.c.sha256 == sha256)).first() is None:
                # Two uploads of the same bytes at once: the second insert would fail, and need not happen.
                made = insert(documents).from_select(["sha256", "size", "at"], _unless_there(sha256, size, tx.now))
                tx.execute(made)
                tx.record("keep", "document", sha256, after={"size": size})
        return sha256, size

    def path_of(self, sha256: str) -> Path:
        """Where the bytes of a hash are; the hash is ours, never a name from outside.

        Raises
        ------
        NotFoundError
            It is no hash, or no such file is there.
        """
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise NotFoundError.of(_DOCUMENT, sha256[:80])
        path = self._place(sha256)
        if not path.is_file():
            raise NotFoundError.of(_DOCUMENT, sha256)
        return path

    def attach(
        self,
        actor: Actor,
        project_id: int,
        sha256: str,
        *,
        name: str,
        type: str = "application/octet-stream",  # noqa: A002 - the word for it
        title: str = "",
        published: bool = False,
    ) -> Attachment:
        """File kept bytes with a project."""
        with self.db.write(actor) as tx:
            require(actor, "attach", load(tx.connection, actor, project_id, lock=True), kind=PROJECT, id=project_id)
            size = tx.execute(select(documents.c.size).where(documents.c.sha256 == sha256)).scalar_one_or_none()
            if size is None:
                raise NotFoundError.of(_DOCUMENT, sha256[:80])
            row = tx.execute(insert(attachments).values(
                project_id=project_id, sha256=sha256, name=_shown(name), type=type[:128], size=size, title=title[:500],
                published=published, user_id=actor.user_id, by=actor.name, at=tx.now,
            ).returning(*attachments.c)).mappings().one()  # fmt: skip
            tx.record(
                "attach", "project", project_id, after={"attachment": row["id"], "sha256": sha256, "name": row["name"]}
            )
            return Attachment.of(row)

    def detach(self, actor: Actor, attachment_id: int) -> None:
        """Take a document from a project's file; its bytes stay, for the trail names them."""
        with self.db.write(actor) as tx:
            row = tx.execute(
                select(attachments).where(attachments.c.id == attachment_id, visible(actor, attachments))
                .with_for_update()
            ).mappings().one_or_none()  # fmt: skip
            if row is None or row["removed_at"] is not None:
                raise NotFoundError.of(_DOCUMENT, attachment_id)
            project = load(tx.connection, actor, row["project_id"])
            require(actor, "attach", project, kind=PROJECT, id=project.id)
            tx.execute(attachments.update().where(attachments.c.id == attachment_id).values(removed_at=tx.now))
            tx.record("detach", "project", project.id, before={"attachment": attachment_id, "sha256": row["sha256"]})

    def attachments(
        self, actor: Actor, *, project: int | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Page[Attachment]:
        """Documents that the actor may see, of one project or of all."""
        conditions = [visible(actor, attachments), attachments.c.removed_at.is_(None)]
        if project is not None:
            with self.db.read() as connection:
                load(connection, actor, project)
            conditions.append(attachments.c.project_id == project)
        return self.page(attachments, conditions, Attachment, "attachment", cursor, limit)

    def attachment(self, actor: Actor, attachment_id: int) -> tuple[Attachment, Path]:
        """One document that the actor may see, and where its bytes are.

        Raises
        ------
        IntegrityError
            The bytes have another length than was kept: damaged.
        """
        found = select(attachments).where(
            attachments.c.id == attachment_id, attachments.c.removed_at.is_(None), visible(actor, attachments)
        )
        with self.db.read() as connection:
            row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFoundError.of(_DOCUMENT, attachment_id)
        made, path = Attachment.of(row), self.path_of(row["sha256"])
        if path.stat().st_size != made.size:
            raise IntegrityError(
                Text(
                    f"文件 {made.name} 已损坏：长度不符", f"{made.name} is damaged: it has another length than was kept"
                ),
                Text("请从备份恢复", "Restore it from a backup"),
            )
        return made, path

    def _place(self, sha256: str) -> Path:
        return self.folder / "documents" / sha256[:2] / sha256

    def keep_bytes(self, source: IO[bytes], max_bytes: int = MAX_DOCUMENT_BYTES) -> tuple[str, int]:
        """Put bytes into the folder, unknown to the database as yet; their SHA-256 and how many there are."""
        holder = self.folder / "documents"
        holder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".partial-", dir=holder)
        partial, digest, size = Path(name), hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                while block := source.read(_BLOCK):
                    size += len(block)
                    if size > max_bytes:
                        raise SizeLimitError(
                            Text(f"文件大于 {max_bytes >> 20} MB", f"the file is larger than {max_bytes >> 20} MB"),
                            Text("请压缩或拆分", "Compress or split it"),
                        )
                    digest.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            final = self._place(digest.hexdigest())
            final.parent.mkdir(exist_ok=True)
            partial.replace(final)
        finally:
            partial.unlink(missing_ok=True)
        return digest.hexdigest(), size


def unwritable(error: OSError) -> StoreUnavailableError:
    """That a file could not be written, and what to look at."""
    return StoreUnavailableError(
        Text(f"文件无法保存（{error.strerror}）", f"the file cannot be kept ({error.strerror})"),
        Text("请检查数据文件夹的空间与权限", "Check space and permissions of the folder of data"),
    )


def _unless_there(sha256: str, size: int, at: datetime) -> Select[*tuple[Any, ...]]:
    there = exists(select(documents.c.sha256).where(documents.c.sha256 == sha256))
    return select(literal(sha256), literal(size), literal(at, Moment())).where(~there)


def _shown(name: str) -> str:
    """A file name as a person may be shown it: no folders, no control characters."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in name if c.isprintable()).strip()[:200] or "document"
