"""Inputs that run as they stand, for each tool of the ledger: forms begin with them, tests run them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "combustion": {"fuel": "other_bituminous_coal", "amount": {"value": 1, "unit": "t"}, "gwp": "AR5"},
    "power-plant": {
        "technology": "coal_supercritical", "capacity_mw": 600, "capacity_factor": 0.75, "net_efficiency": 0.4,
        "fuel": "other_bituminous_coal",
    },
    "retrofit": {
        "technology": "coal_subcritical", "capacity_mw": 300, "capacity_factor": 0.6, "fuel": "other_bituminous_coal",
        "controls": ["esp"], "age_years": 15, "target": {"limits": "ultra_low"},
        "replacement": {"g_co2_per_kwh": 400, "price": 60},
    },
    "retrofit-steel": {
        "route": "bf_bof", "production_t": 1_000_000, "electricity": {"g_co2_per_kwh": 600, "price": 70},
        "carbon_price": 30,
    },
    "energy-options": {
        "capacity_mw": 200, "country": "KEN", "capacity_factor": {"solar_pv": 0.22, "wind_onshore": 0.38},
        "discount_rate": 0.08, "carbon_price": 20,
    },
    "freight": {
        "chains": {
            "rail": {"legs": [{"mass_kg": 20_000, "mode": "rail", "distance_km": 10_200}]},
            "sea": {"legs": [
                {"mass_kg": 20_000, "mode": "sea", "from": [121.6, 29.9], "to": [9.9, 53.5]},
                {"mass_kg": 20_000, "mode": "road", "distance_km": 400},
            ]},
        },
    },
    "ship-cii": {
        "ship_type": "bulk_carrier", "dwt": 100_000, "fuel": [{"type": "heavy_fuel_oil", "t": 10_000}],
        "distance_nm": 60_000, "year": 2026,
    },
    "construction": {"structure": "railway", "length_km": 120, "tracks": 1, "bridge_share": 0.08,
                     "tunnel_share": 0.03},
    "rail-electrification": {
        "length_km": 750, "traffic": {"freight_gross_tkm": 12e9, "passenger_trains": 2_000, "growth": 0.02},
        "country": "ETH", "start_year": 2027, "years": 30,
        "prices": {"diesel": 1.0, "electricity": 0.06, "carbon": 30},
    },
    "project-ghg": {
        "project": {"name": "Solar park with grid connection", "country": "KEN", "start_year": 2027,
                    "construction_years": 2, "operation_years": 25, "sector": "solar_power"},
        "parts": [
            {"name": "Modules and works", "t_co2e": 90_000, "low": 60_000, "high": 130_000, "scope": 3,
             "category": "2"},
            {"name": "Electricity used on site", "mwh_per_year": 1_200},
            {"name": "Electricity displaced", "mwh_per_year": 180_000, "kind": "avoided",
             "grid": "combined_margin_intermittent"},
        ],
    },
}  # fmt: skip
