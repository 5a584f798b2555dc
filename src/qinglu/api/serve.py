"""The command ``qinglu serve``: the server and its workers, from the first start to a clean end."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from dataclasses import replace
from types import FrameType
from typing import Any, cast

from ..engine import logs
from ..errors import OptionError
from ..settings import Settings
from ..text import Lang, Text
from ..tools.needs import not_installed
from ..tools.told import Told
from ..workspace import Workspace

try:
    import uvicorn

    from ..store import Store, default_url
    from .app import create_app
    from .demo import make_demo
    from .supervise import Supervisor
except ModuleNotFoundError as missing:
    raise not_installed(missing) from missing

_LOG = logging.getLogger("qinglu.serve")
_CONNECTIONS = 512


def serve(workspace: Workspace, host: str, port: int, db: str | None, demo: bool) -> Told:
    """Serve until SIGTERM or Ctrl-C; then answer what was asked, end the workers and leave."""
    settings = replace(workspace.settings, db=db or default_url(workspace.settings))
    settings.data_dir.expanduser().mkdir(parents=True, exist_ok=True)
    logs.to_stderr()
    listening = bound(host, port)
    with listening, Store.open(settings.db, settings.data_dir.expanduser()) as store:
        _first_administrator(store, settings)
        if demo:
            _say(settings, make_demo(store, replace(workspace, settings=settings)))
        app = create_app(store, settings)
        supervisor = Supervisor(settings)
        server = Server(_config(app, settings))
        address = f"http://{_shown(host)}:{listening.getsockname()[1]}"
        _say(settings, (Text(f"青路服务地址 {address}", f"Qinglu listens on {address}"),))
        _hold_signals()
        supervisor.start()
        try:
            server.run(sockets=[listening])
        finally:
            app.state.context.stopping.set()
            supervisor.stop()
    return Told({"stopped": True}, (Text("服务已停止", "the service has stopped"),))


class Server(uvicorn.Server):
    """Lets streams end as soon as the server is told to leave: they would hold it up otherwise."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the signal."""
        cast(Any, self.config.app).state.context.stopping.set()
        super().handle_exit(sig, frame)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    OptionError
        The address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=256)
        # Connections inherit it. asyncio sets it only where a socket names its protocol, which this one does not, and a
        # body sent after its headers would wait 40 ms for the client to acknowledge those.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    except OSError as error:
        raise OptionError(
            Text(f"无法监听 {host}:{port}：{error.strerror}", f"cannot listen on {host}:{port}: {error.strerror}"),
            Text("请换一个端口（--port）或地址（--host）", "Choose another --port or --host"),
            where="--port",
        ) from None


def _config(app: Any, settings: Settings) -> uvicorn.Config:
    trusted = [part.strip() for part in settings.trusted_proxies.split(",") if part.strip()]
    return uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=15, timeout_graceful_shutdown=10, proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None, lifespan="on",
    )  # fmt: skip


def _first_administrator(store: Store, settings: Settings) -> None:
    made = store.first_administrator(settings.admin_email, settings.admin_password)
    if made is not None:
        email = settings.admin_email or "admin@localhost"
        _say(settings, (Text(
            f"首位管理员 {email}，一次性密码 {made}（只显示这一次，登录后须更改）",
            f"First administrator {email}, one-time password {made} (shown only now; to be changed on signing in)",
        ),))  # fmt: skip


def _hold_signals() -> None:
    """The server raises the signal that ended it once more when it has drained: nothing more is to come of it."""

    def drained(number: int, frame: FrameType | None) -> None:
        _LOG.info("drained", extra={"signal": number})

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, drained)


def _say(settings: Settings, lines: tuple[Text, ...]) -> None:
    """To standard output: what a person needs and the log must not have."""
    for line in lines:
        sys.stdout.write(line.in_(cast(Lang, settings.lang)) + "\n")
    sys.stdout.flush()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
