"""From a connector and what is asked of it to files on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ..errors import DownloadError, OptionError, TermsError
from ..model import country_code
from ..text import Text
from .connectors import Connector
from .fetch import Patience, Progress, download
from .tiles import Bbox, tiles
from .web import AbsentError

_MOST_PAGES = 2_000
FileProgress = Callable[[str, int, int | None], None]
"""Called with the name of the file, the bytes that are there and the bytes that there will be."""


@dataclass(frozen=True)
class Request:
    """What is asked of a connector.

    Attributes
    ----------
    accept : bool
        The user accepts the licence and the terms.
    token : str
        Of the user; used for the download and never kept or shown.
    bbox : (west, south, east, north), degrees, or None
        For tiles.
    countries : tuple of str
        Any usual names or codes; for data that comes by country.
    mirror : str
        Takes the place of the provider's scheme and host.
    """

    accept: bool = False
    token: str = ""
    bbox: Bbox | None = None
    countries: tuple[str, ...] = ()
    mirror: str = ""
    patience: Patience | None = None
    progress: FileProgress | None = None
    max_bytes: int | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return f"Request(accept={self.accept}, bbox={self.bbox}, countries={self.countries})"


@dataclass(frozen=True)
class Obtained:
    """Files as the provider delivered them.

    Attributes
    ----------
    files : tuple of Path
        One, or tiles that belong together.
    covers : tuple of str or None
        Alpha-3 codes of the countries asked for; None where the data is not by country.
    absent : tuple of str
        Tiles that the provider does not have, over open sea for one.
    """

    files: tuple[Path, ...]
    covers: tuple[str, ...] | None
    absent: tuple[str, ...] = ()


def obtain(connector: Connector, request: Request, folder: Path) -> Obtained:
    """Download what a connector offers into a folder; files that are there already are not fetched again.

    Raises
    ------
    TermsError
        Terms not accepted, token missing, or the file is only given out on request.
    OptionError
        No extent or no country where one is needed.
    DownloadError, IntegrityError, SizeLimitError
        See `fetch.download`.
    """
    _check_terms(connector, request)
    if connector.how == "tiles":
        return _tiles(connector, request, folder)
    if connector.how == "country":
        return _by_country(connector, request, folder)
    if connector.how == "wdpa":
        return _wdpa(connector, request, folder)
    name = urlsplit(connector.url).path.rpartition("/")[2]
    return Obtained((_get(connector.url, folder / name, request),), None)


def _check_terms(connector: Connector, request: Request) -> None:
    if connector.user_supplied:
        raise TermsError(
            Text(
                f"{connector.title.zh} 不能自动下载",
                f"{connector.title.en} cannot be downloaded automatically",
            ),
            connector.how_to_get,
            where=connector.id,
        )
    if not request.accept:
        raise TermsError(
            Text(
                f"使用 {connector.title.zh} 须接受许可：{connector.licence}（{connector.terms}）",
                f"{connector.title.en} is under: {connector.licence} ({connector.terms})",
            ),
            Text("阅读并同意后加上 --accept-terms", "read the terms, and if you agree add --accept-terms"),
            where=connector.id,
        )
    if connector.needs_token and not request.token:
        raise TermsError(
            Text(f"{connector.title.zh} 需要访问令牌", f"{connector.title.en} needs a token"),
            Text(
                f"请在 {connector.token_url} 申请，并设为 QINGLU_TOKEN",
                f"request one at {connector.token_url} and set QINGLU_TOKEN",
            ),
            where=connector.id,
        )


def _tiles(connector: Connector, request: Request, folder: Path) -> Obtained:
    if request.bbox is None:
        raise OptionError(
            Text(
                f"{connector.title.zh} 按图块提供，须给出范围",
                f"{connector.title.en} comes in tiles and needs an extent",
            ),
            Text("请加上 --bbox 西,南,东,北", "add --bbox W,S,E,N in degrees"),
            where=connector.id,
        )
    files, absent = [], []
    for tile in tiles(connector.scheme, request.bbox):
        url = connector.url.format(tile=tile)
        try:
            files.append(_get(url, folder / url.rpartition("/")[2], request))
        except AbsentError:  # there are no tiles over open sea
            absent.append(tile)
    if not files:
        raise DownloadError(
            Text(
                f"提供方没有该范围的图块（{len(absent)} 块均不存在）",
                f"the provider has none of the {len(absent)} tiles of the extent",
            ),
            Text("请检查范围是否全部位于海上", "check whether the extent lies wholly at sea"),
            where=connector.id,
        )
    return Obtained(tuple(files), None, tuple(absent))


def _by_country(connector: Connector, request: Request, folder: Path) -> Obtained:
    codes = _codes(connector, request)
    files = []
    for code in codes:
        url = connector.url.format(ISO3=code, iso3=code.lower())
        files.append(_get(url, folder / url.rpartition("/")[2], request))
    return Obtained(tuple(files), codes)


def _codes(connector: Connector, request: Request) -> tuple[str, ...]:
    if not request.countries:
        raise OptionError(
            Text(f"{connector.title.zh} 按国家提供", f"{connector.title.en} comes by country"),
            Text("请加上 --country XXX", "add --country XXX"),
            where=connector.id,
        )
    out = []
    for name in request.countries:
        code = country_code(name)
        if code is None:
            raise OptionError(
                Text(f"无法识别国家 {name!r}", f"no country is known as {name!r}"),
                Text("请使用ISO 3166三字母代码", "use its ISO 3166 alpha-3 code"),
                where=connector.id,
            )
        out.append(code)
    return tuple(sorted(set(out)))


def _wdpa(connector: Connector, request: Request, folder: Path) -> Obtained:
    """Pages of Protected Planet's interface, written as one GeoJSON with the columns of a WDPA delivery."""
    codes = _codes(connector, request)
    features = []
    for code in codes:
        for page in range(1, _MOST_PAGES + 1):
            sites = _page(connector, request, folder, code, page)
            features += [_site(s) for s in sites]
            if len(sites) < connector.per_page:
                break
    target = folder / f"wdpa-{'-'.join(codes)}.geojson"
    collection = {"type": "FeatureCollection", "features": features}
    target.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return Obtained((target,), codes)


def _page(connector: Connector, request: Request, folder: Path, code: str, page: int) -> list[Any]:
    url = connector.url.format(ISO3=code, page=page, per_page=connector.per_page)
    # The interface takes the token only in the query; no message and no file of ours shows a query.
    url = f"{url}&token={quote(request.token, safe='')}"
    path = _get(url, folder / f"{code}-{page}.json", request)
    try:
        sites = json.loads(path.read_text(encoding="utf-8"))["protected_areas"]
    except (ValueError, KeyError, TypeError) as e:
        path.unlink(missing_ok=True)
        raise DownloadError(
            Text("提供方的答复不是预期的格式", "the provider's answer is not what was expected"),
            Text(
                "接口可能已更新；请下载文件后用 qinglu atlas add 添加",
                "its interface may have changed; `qinglu atlas add` the file",
            ),
            where=connector.id,
        ) from e
    return list(sites)


def _site(site: dict[str, Any]) -> dict[str, Any]:
    """One site of the interface with the columns of a delivered file."""

    def name(key: str) -> str:
        value = site.get(key)
        return str((value.get("name") if isinstance(value, dict) else value) or "")

    properties = {
        "SITE_ID": str(site.get("site_id") or site.get("wdpa_id") or ""),
        "SITE_PID": str(site.get("site_pid") or site.get("site_id") or site.get("wdpa_id") or ""),
        "NAME_ENG": name("name_english") or name("name"),
        "NAME": name("name"),
        "DESIG_ENG": name("designation"),
        "IUCN_CAT": name("iucn_category"),
        "STATUS": name("legal_status"),
        "REALM": name("realm"),
        "REP_AREA": float(site.get("reported_area") or 0.0),
        "ISO3": ";".join(str(c.get("iso_3", "")) for c in site.get("countries") or []),
    }
    geometry = (site.get("geojson") or {}).get("geometry")
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _get(url: str, target: Path, request: Request) -> Path:
    if target.exists():
        return target
    if request.mirror:
        parts = urlsplit(url)
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        url = re.sub(r"/+$", "", request.mirror) + rest
    report: Progress | None = None
    if request.progress is not None:
        tell = request.progress

        def report(done: int, total: int | None) -> None:
            tell(target.name, done, total)

    download(url, target, progress=report, patience=request.patience, max_bytes=request.max_bytes)
    return target


def names(files: Sequence[Path]) -> str:
    """What was delivered, in few words.

    Examples
    --------
    >>> names([Path("a/x.tif"), Path("b/y.tif"), Path("z.tif")])
    'x.tif and 2 more'
    """
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return files[0].name + more
