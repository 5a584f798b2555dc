"""Settings: name, default, help; one frozen object, passed in. Nothing else reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .errors import OptionError
from .text import Text


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside, as ``QINGLU_<NAME>``."""

    data_dir: Path = Path("~/.local/share/qinglu")
    """Where the atlas keeps layers."""
    lang: str = "en"
    """Language of messages and reports: zh or en."""
    max_unpacked_mb: int = 256
    """An archive may unpack to at most this many megabytes."""
    max_file_mb: int = 4096
    """A portfolio or layer file may be at most this large."""
    max_vertices: int = 5_000_000
    """One geometry may have at most this many vertices."""
    threads: int = 0
    """Threads for measuring; 0 takes every core."""
    db: str = ""
    """Address of the register's database; without it ``qinglu.db`` in `data_dir`."""
    public_url: str = ""
    """Address under which people reach the server, ``https://qinglu.example.org``; cookies are secure with https."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies whose word on the client's address counts, separated by commas."""
    admin_email: str = ""
    """E-mail of the first administrator."""
    admin_password: str = field(default="", repr=False)
    """Password of the first administrator; without it one is made for one time and printed once."""
    max_upload_mb: int = 64
    """An upload over HTTP may be at most this large."""
    workers: int = 1
    """Processes that run jobs beside the server."""
    job_minutes: int = 120
    """A job may take at most this many minutes."""
    lease_s: int = 30
    """A worker that is silent for this many seconds is taken for dead, and its job given to another."""
    oidc_issuer: str = ""
    """Address of an OpenID Connect provider to sign in through; empty for none."""
    oidc_client_id: str = ""
    """The server's name at that provider."""
    oidc_client_secret: str = field(default="", repr=False)
    """The server's secret at that provider."""
    basemap: str = ""
    """Folder with a map of your own for the web pages: ``style.json`` and what it names; empty for the built-in one."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from ``QINGLU_*`` variables, defaults elsewhere."""
        environ = os.environ if environ is None else environ
        given: dict[str, Any] = {}
        for f in fields(cls):
            raw = environ.get(f"QINGLU_{f.name.upper()}")
            if raw is None or raw == "":
                continue
            default = getattr(cls(), f.name)
            try:
                given[f.name] = Path(raw) if isinstance(default, Path) else type(default)(raw)
            except ValueError:
                raise OptionError(
                    Text(f"{raw!r} 不是数字", f"{raw!r} is not a number"),
                    Text(f"默认值为 {default}", f"The default is {default}"),
                    where=f"QINGLU_{f.name.upper()}",
                ) from None
        return cls(**given)
