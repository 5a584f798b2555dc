"""What was measured of a chunk of projects: the tables that judging reads.

A measure carries no opinion. `screening.measure` fills these tables, `screening.judge` reads them.
Rows name their project by its row in the chunk (``project_row``), because an integer joins faster
than an id and two projects of one portfolio may not be told apart by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from ..model import EXPOSURES, NEAREST, PROJECTS, ZONAL, Layer

EXPOSED = pa.schema(
    [
        *EXPOSURES,
        pa.field("project_row", pa.int32()),  # row in `Measures.projects`
        pa.field("feature_class", pa.string()),  # as the layer gives it; "" where it does not say
        pa.field("approximate", pa.bool_()),  # a point standing for an area, drawn as a circle
    ]
)
NEAR = pa.schema(
    [
        *NEAREST,
        pa.field("project_row", pa.int32()),
        pa.field("feature_name", pa.string()),
        pa.field("feature_class", pa.string()),
        pa.field("approximate", pa.bool_()),
    ]
)
ZONED = pa.schema([*ZONAL, pa.field("project_row", pa.int32())])
SLOPE = pa.schema(
    [
        ("project_row", pa.int32()),
        ("raster_id", pa.string()),
        ("max_deg", pa.float64()),
        ("mean_deg", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Measures:
    """Measures of one chunk of projects against every layer asked for.

    Attributes
    ----------
    projects : pyarrow.Table
        Schema `PROJECTS`; a chunk of the portfolio, in its order.
    layers : tuple of Layer
        Every layer that was measured, also those that nothing is near.
    exposures : pyarrow.Table
        Schema `EXPOSED`: every feature within `max_buffer_m` of a project; distances in metres.
    nearest : pyarrow.Table
        Schema `NEAR`: the nearest feature of each vector layer, at any distance. A project without a
        row for a layer could not be measured against it (an empty layer, say): it will be *unknown*.
    zonal : pyarrow.Table
        Schema `ZONED`; a ``count`` of 0 or a NaN means that the raster says nothing there.
    slope : pyarrow.Table
        Schema `SLOPE`, degrees, from rasters of role ``elevation``.
    max_buffer_m : float
        The widest buffer: within it `exposures` is complete, beyond it only `nearest` speaks.
    """

    projects: pa.Table
    layers: tuple[Layer, ...]
    exposures: pa.Table = field(default_factory=EXPOSED.empty_table)
    nearest: pa.Table = field(default_factory=NEAR.empty_table)
    zonal: pa.Table = field(default_factory=ZONED.empty_table)
    slope: pa.Table = field(default_factory=SLOPE.empty_table)
    max_buffer_m: float = 50_000.0

    def __post_init__(self) -> None:
        for name, schema in _SCHEMAS.items():
            table: pa.Table = getattr(self, name)
            missing = [f.name for f in schema if f.name not in table.column_names]
            if missing:
                raise ValueError(f"Measures.{name} lacks the columns {missing}")


_SCHEMAS = {"projects": PROJECTS, "exposures": EXPOSED, "nearest": NEAR, "zonal": ZONED, "slope": SLOPE}
