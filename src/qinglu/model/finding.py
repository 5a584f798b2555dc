"""The tables that the contract of the command line names, column by column."""

from __future__ import annotations

import pyarrow as pa

EXPOSURES = pa.schema(
    [
        ("project_id", pa.string()),
        ("layer_id", pa.string()),
        ("feature_id", pa.string()),
        ("feature_name", pa.string()),
        ("distance_m", pa.float64()),
        ("intersects", pa.bool_()),
        ("overlap_m2", pa.float64()),
        ("overlap_m", pa.float64()),
        ("overlap_share", pa.float64()),
    ]
)
NEAREST = pa.schema(
    [
        ("project_id", pa.string()),
        ("layer_id", pa.string()),
        ("feature_id", pa.string()),
        ("distance_m", pa.float64()),
    ]
)
ZONAL = pa.schema(
    [
        ("project_id", pa.string()),
        ("raster_id", pa.string()),
        ("mean", pa.float64()),
        ("min", pa.float64()),
        ("max", pa.float64()),
        ("count", pa.float64()),
    ]
)
FINDINGS = pa.schema(
    [
        ("project_id", pa.string()),
        ("rule_id", pa.string()),
        ("level", pa.string()),
        ("measure", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("layer_id", pa.string()),
        ("layer_version", pa.string()),
        ("explanation_zh", pa.string()),
        ("explanation_en", pa.string()),
    ]
)
SCREENED = pa.schema(
    [
        ("project_id", pa.string()),
        ("source_row", pa.int64()),
        ("name", pa.string()),
        ("name_zh", pa.string()),
        ("country", pa.string()),
        ("country_given", pa.string()),
        ("sector", pa.string()),
        ("stage", pa.string()),
        ("shape", pa.string()),
        ("asset", pa.int32()),
        ("notes", pa.string()),
        ("level", pa.string()),
        ("unknown", pa.bool_()),
        ("n_critical", pa.int32()),
        ("n_warning", pa.int32()),
        ("n_note", pa.int32()),
        ("n_unknown", pa.int32()),
        ("n_clear", pa.int32()),
    ]
)
REJECTED = pa.schema(
    [
        ("source_row", pa.int64()),
        ("project_id", pa.string()),
        ("reason", pa.string()),
        ("message", pa.string()),
    ]
)
