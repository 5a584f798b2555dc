"""Commands on the register: migrate, verify the trail, back up, restore."""

from __future__ import annotations

from ...text import Text
from ..declare import Field, Tool

DB = Field("db", "text", Text(
    "数据库地址，如 sqlite:///文件 或 postgresql://用户@主机/库名；不填则用 QINGLUDB 或数据文件夹中的 qinglu.db",
    "the database, sqlite:///FILE or postgresql://USER@HOST/NAME; without it QINGLUDB, or qinglu.db with the data"),
    metavar="URL")  # fmt: skip

TOOLS = (
    Tool(
        "migrate", ("migrate",), Text("升级数据库结构", "Bring the database up"),
        Text("把登记库的数据库结构升级到本版本；没有则新建。",
             "Bring the schema of the register up to this version; set it up where there is none."),
        (DB,), "qinglu.tools.store:migrate", ("十六",), local=True,
    ),
    Tool(
        "audit-verify", ("audit", "verify"), Text("核验审计记录", "Verify the audit trail"),
        Text("通读审计记录，指出每一处被改动、删除、插入或调换之处；有误时退出码为1。",
             "Read the whole audit trail; name each row altered, removed, inserted or moved. Exit code 1 if any."),
        (DB, Field("head", "text", Text("此前核验给出并另行保存的末端，用于发现整链重写",
                                         "the head an earlier look told, noted elsewhere: finds a whole rewrite"),
                    metavar="SEQ:HASH")),
        "qinglu.tools.store:audit_verify", ("十六",), local=True,
    ),
    Tool(
        "backup", ("backup",), Text("备份", "Back up"),
        Text("把登记库与全部文件写成一份带校验值的备份，可恢复到任一种数据库。",
             "Write the register and its documents into one file with checksums, which restores into either database."),
        (Field("out", "path", Text("备份文件", "file of the backup"), required=True, metavar="FILE"), DB),
        "qinglu.tools.store:backup", ("十六",), local=True,
    ),
    Tool(
        "restore", ("restore",), Text("恢复", "Restore"),
        Text("从备份恢复到空数据库，核对校验值与审计记录；要么全部恢复，要么保持原样。",
             "Put a backup into an empty database, checksums and audit trail verified: all of it, or nothing."),
        (
            Field("file", "path", Text("备份文件", "file of the backup"), required=True, positional=True,
                  metavar="FILE"),
            DB,
            Field("force", "flag", Text("覆盖已有数据", "put it in the place of what is there"), default=False),
        ),
        "qinglu.tools.store:restore", ("十六",), local=True,
    ),
)  # fmt: skip
