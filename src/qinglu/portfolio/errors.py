"""Errors about a whole portfolio file, in one place so that their wording agrees."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import PortfolioError
from ..text import Text
from .fields import listed


def corrupt(where: str, kind: Text, detail: Text | None = None) -> PortfolioError:
    """The file starts like `kind` but cannot be read to its end."""
    zh, en = (f"（{detail.zh}）", f" ({detail.en})") if detail else ("", "")
    return PortfolioError(
        Text(f"{kind.zh}已损坏，无法读取{zh}", f"is not an intact {kind.en}{en}"),
        Text("请重新导出或重新下载", "export or download it again"),
        where=where,
    )


def no_rows(where: str) -> PortfolioError:
    """A header and nothing below it."""
    return PortfolioError(
        Text("没有数据行", "has no data rows"),
        Text("请在表头下填写项目，每行一个", "put one project on each row below the header"),
        where=where,
    )


def no_place(where: str, columns: Sequence[str]) -> PortfolioError:
    """No column holds coordinates."""
    return PortfolioError(
        Text(
            f"未找到坐标列；现有列：{listed(columns, '、')}",
            f"no column with coordinates was found; its columns are {listed(columns)}",
        ),
        Text(
            "请用 --lon-field 和 --lat-field，或 --wkt-field 指定",
            "name them with --lon-field and --lat-field, or --wkt-field",
        ),
        where=where,
    )


def projected(where: str, x: float, y: float) -> PortfolioError:
    """Coordinates far from any degree, and nothing says in which system."""
    return PortfolioError(
        Text(
            f"坐标（如 {x:.10g}, {y:.10g}）不是经纬度，且文件未声明坐标系",
            f"its coordinates, such as ({x:.10g}, {y:.10g}), are not degrees and the file declares no"
            " coordinate system",
        ),
        Text(
            "请转换为WGS 84经纬度（EPSG:4326），或提供带坐标系的文件（如附 .prj 的Shapefile、GeoPackage）",
            "convert it to WGS 84 longitude and latitude (EPSG:4326), or give a file that declares its system"
            " (a Shapefile with .prj, a GeoPackage)",
        ),
        where=where,
    )


def unknown_crs(where: str) -> PortfolioError:
    """A coordinate system is declared that nobody knows."""
    return PortfolioError(
        Text("声明的坐标系无法识别", "declares a coordinate system that is not recognised"),
        Text("请转换为WGS 84经纬度（EPSG:4326）", "convert it to WGS 84 longitude and latitude (EPSG:4326)"),
        where=where,
    )
