"""The web as downloads see it: only http and https, checked redirects, every failure sorted into two kinds.

What may pass is an `AgainError`, and tried again; what will not is a `DownloadError` that a user can read.
"""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from ..errors import DownloadError, OptionError
from ..text import Text

_RETRY = frozenset({408, 425, 429, 500, 502, 503, 504})


class AbsentError(DownloadError):
    """The server answers, and does not have the file."""


class AgainError(Exception):
    """An attempt that may succeed when repeated."""

    def __init__(self, why: Text, wait_s: float | None = None, *, afresh: bool = False) -> None:
        super().__init__(why.en)
        self.why = why
        self.wait_s = wait_s
        self.afresh = afresh  # what has come so far does not belong to the file that is there now


def public(url: str) -> str:
    """The URL without its query, which may hold a token, and without credentials.

    Examples
    --------
    >>> public("https://user:secret@example.org/a/b?token=abc#x")
    'https://example.org/a/b'
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    netloc = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Only to http and https, never from https down to http, and without headers meant for another host."""

    max_redirections = 10

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        check_url(newurl)
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise DownloadError(
                Text("服务器要求改用不加密的连接", "the server sends us on to an unencrypted connection"),
                Text(
                    "请手动下载后用 qinglu atlas add 添加", "download it by hand, then `qinglu atlas add` it"
                ),
                where=public(req.full_url),
            )
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is not None and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            for name in [n for n in new.headers if n.lower() not in _ANY_HOST]:
                new.remove_header(name)
        return new


_ANY_HOST = frozenset({"user-agent", "accept-encoding", "range", "if-range"})


def opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=_trust()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


def _trust() -> ssl.SSLContext:
    """The system's certificates, and those that pyproj and rasterio bring, for systems that have none."""
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:  # pragma: no cover - both depend on it today
        return context
    context.load_verify_locations(certifi.where())
    return context


def check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OptionError(
            Text(
                f"只能从http或https地址下载，不能用 {public(url)!r}", f"cannot download from {public(url)!r}"
            ),
            Text("请提供http(s)地址", "give an http or https address"),
        )


@contextmanager
def network_errors(url: str) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as e:
        e.close()
        raise _answered(url, e.code, e.headers) from e
    except urllib.error.URLError as e:
        raise _unreached(url, e.reason) from e
    except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as e:
        raise AgainError(
            Text("连接中断或超时", f"the connection stalled or broke ({type(e).__name__})")
        ) from e


def _answered(url: str, code: int, headers: Message) -> Exception:
    if code == 416:  # what we hold is not a beginning of what is there now
        return AgainError(Text("服务器上的文件已改变", "the file on the server has changed"), afresh=True)
    if code in _RETRY:
        return AgainError(Text(f"服务器答复 {code}", f"the server answered {code}"), _retry_after(headers))
    if code in (401, 403):
        what = Text(f"服务器拒绝访问（{code}）", f"the server refused access ({code})")
        how = Text(
            "请检查令牌是否有效、许可是否已取得", "check that the token is valid and the licence is granted"
        )
    elif code in (404, 410):
        what = Text(f"服务器上没有该文件（{code}）", f"the server does not have the file ({code})")
        how = Text(
            "提供方可能已更换版本；请手动下载后用 qinglu atlas add 添加",
            "the provider may have moved on; download it by hand, then `qinglu atlas add` it",
        )
        return AbsentError(what, how, where=public(url))
    else:
        what = Text(f"服务器答复 {code}", f"the server answered {code}")
        how = Text("请稍后重试", "try again later")
    return DownloadError(what, how, where=public(url))


def _unreached(url: str, reason: object) -> Exception:
    if isinstance(reason, TimeoutError | ConnectionError):
        return AgainError(Text("无法连接服务器", f"the server cannot be reached ({type(reason).__name__})"))
    host = urlsplit(url).hostname
    why = " ".join(str(reason).split())[:80]
    return DownloadError(
        Text(f"无法连接 {host}（{why}）", f"cannot reach {host} ({why})"),
        Text(
            "请检查网络或代理（HTTPS_PROXY）；离线时可在别处下载后用 qinglu atlas add 添加",
            "check the network or the proxy (HTTPS_PROXY); offline, bring the file and `qinglu atlas add` it",
        ),
        where=public(url),
    )


def _retry_after(headers: Message) -> float | None:
    raw = headers.get("Retry-After", "")
    if raw.isdigit():
        return float(raw)
    try:
        until, answered = parsedate_to_datetime(raw), parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - answered).total_seconds())
