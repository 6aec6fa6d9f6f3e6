"""GEO_DISTANCE."""

from __future__ import annotations

import math

from rowtime.functions.registry import scalar_function

EARTH = {**dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), 6371.0),
         **dict.fromkeys(("mi", "mile", "miles"), 3959.0)}
"""Radius by unit."""


@scalar_function("geo_distance", "(DOUBLE, DOUBLE, DOUBLE, DOUBLE)->DOUBLE",
                 "(DOUBLE, DOUBLE, DOUBLE, DOUBLE, STRING)->DOUBLE", category="OTHER", handles_null=True,
                 about="The great-circle distance of two points (latitude and longitude of each), in km or mi.")
def geo_distance(lat1: float | None, lon1: float | None, lat2: float | None, lon2: float | None,
                 unit: str | None = "km") -> float | None:
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    check(lat1, lon1, lat2, lon2)
    cosines = math.cos(radians(lat1)), math.cos(radians(lat2))
    a = haversine(radians(lat2 - lat1)) + haversine(radians(lon2 - lon1)) * cosines[0] * cosines[1]
    return 2 * math.asin(math.sqrt(a)) * radius(unit)


def check(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    if max(abs(lat1), abs(lat2)) > 90:
        raise ValueError(
            f"valid latitude values for GeoDistance function are in the range of -90 to 90: {lat1}, {lat2}")
    if max(abs(lon1), abs(lon2)) > 180:
        raise ValueError(
            f"valid longitude values for GeoDistance function are in the range of -180 to +180: {lon1}, {lon2}")


def radius(unit: str | None) -> float:
    name = (unit or "").strip().lower() or "km"
    if name not in EARTH:
        raise ValueError(f"GeoDistance function units parameter must be one of {', '.join(EARTH)}, but was '{unit}'")
    return EARTH[name]


def radians(degrees: float) -> float:
    return degrees * (math.pi / 180.0)


def haversine(angle: float) -> float:
    return math.sin(angle / 2) ** 2
