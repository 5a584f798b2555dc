"""A portfolio as read: its projects, their distinct geometries, and the account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..text import Text

PROJECTS = pa.schema(
    [
        ("project_id", pa.string()),  # as delivered: 007 and NA stay as they are
        ("name", pa.string()),
        ("name_zh", pa.string()),
        ("country", pa.string()),  # ISO 3166 alpha-3, "" where not known
        ("country_given", pa.string()),  # what stood in the file
        ("sector", pa.string()),
        ("stage", pa.string()),
        ("source_row", pa.int64()),  # 1-based data row of the file
        ("geometry", pa.int32()),  # row of Portfolio.geometries; shared by projects at one place
        ("shape", pa.string()),  # point | line | area: what it is measured as
        ("notes", pa.list_(pa.string())),  # slugs of NOTES
        ("extra", pa.string()),  # the other columns of the file, as one JSON object
    ]
)

NOTES: dict[str, Text] = {
    "strip-as-line": Text("窄条状多边形按其中心线处理", "A narrow strip, measured as the line it stands for"),
    "disc-as-point": Text("小圆形多边形按其中心点处理", "A small disc, measured as the point it stands for"),
    "location-too-coarse": Text(
        "位置过于粗略（如整个省份），不能作场址判断", "Location too coarse to judge (a whole province, say)"
    ),
    "mixed-parts": Text(
        "由点、线、面混合而成，按占比最大的一类处理，其余部分以轮廓保留",
        "Made of points, lines and areas; measured as the kind that is longest, the rest kept as outlines",
    ),
    "shared-geometry": Text(
        "与其他项目位置相同，资产总数中只计一次", "Same place as another project; counted once among assets"
    ),
    "country-mismatch": Text(
        "位置或其一部分在所申报国家之外", "The place, or part of it, lies in another country than declared"
    ),
    "country-several": Text("涉及多个国家或一个区域", "Several countries or a region"),
    "country-unknown": Text("无法识别的国家名称", "Country name not recognised"),
    "country-missing": Text("未填写国家", "No country given"),
    "geometry-repaired": Text("几何无效，已修复一次", "Invalid geometry, repaired once"),
    "cut-at-antimeridian": Text("跨越180°经线，已在该处切开", "Crosses the antimeridian; cut there"),
    "longitude-wrapped": Text("经度已换算到-180°至180°", "Longitude brought into -180° to 180°"),
    "reprojected": Text("坐标已转换为WGS 84经纬度", "Coordinates converted to WGS 84 longitude and latitude"),
    "coordinate-rewritten": Text(
        "坐标并非以十进制度书写，已换算", "Coordinates were not written as plain decimal degrees; converted"
    ),
    "id-made": Text("文件中没有编号，按行号生成", "No id in the file; made from the row number"),
    "id-repeated": Text("编号重复，已加后缀区分", "The id occurs more than once; a suffix was added"),
    "cancelled": Text("项目已取消，保留并注明", "Cancelled; kept and marked"),
    "z-dropped": Text("已忽略高程坐标", "Height coordinate ignored"),
}
"""What can be noted on a row. A repair is never silent."""


@dataclass(frozen=True)
class Portfolio:
    """Projects read from one file.

    Attributes
    ----------
    projects : pyarrow.Table
        Schema `PROJECTS`, in the order of the file.
    geometries : array of shapely geometries, shape (n_distinct,)
        WGS 84 longitude/latitude in [-180, 180] × [-90, 90]; valid; strips and discs already
        reduced to the line or point they stand for. Edges are straight in longitude/latitude.
    rejected : pyarrow.Table
        Schema `model.finding.REJECTED`.
    n_read : int
        Data rows read; always ``len(projects) + len(rejected)``.
    source : str
        File name (not its path) as given.
    sha256 : str
        Of the file.
    fields : mapping
        Which column of the file each field was read from.
    messages : sequence of Text
        What is said of each row of `rejected`, in both languages; empty where nobody said more than the table does.
    """

    projects: pa.Table
    geometries: npt.NDArray[np.object_]
    rejected: pa.Table
    n_read: int
    source: str
    sha256: str
    fields: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    messages: Sequence[Text] = ()
