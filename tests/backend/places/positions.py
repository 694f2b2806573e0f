"""Questions that say where somebody is, and what of it nobody may write down."""

import re

SHOPS = 16
LNG, LAT = "121.4738317", "31.2307529"
CRUMBS = re.compile(r"121\.47383|31\.23075")
"""The position to a metre. What the database is asked from is 121.474, 31.231."""
BOX = "121.4638317,31.2207529,121.4838317,31.2407529"
BOX_CRUMBS = re.compile(r"121\.4638|31\.2207|121\.4838|31\.2407")
QUESTIONS = [
    f"?lng={LNG}&lat={LAT}&crs=wgs84",
    f"?lng={LNG}&lat={LAT}&crs=wgs84&radius_m=50000&limit=500&kind=fresh",
    f"?lng={LNG}&lat={LAT}&radius_m=0",
    f"?lng={LNG}&lat={LAT}x",
    f"?lng={LAT}&lat={LNG}",
    f"?lng={LNG}",
    f"?lng={LNG}&lat={LAT}&bbox={BOX}",
    f"?lng={LNG}&lat={LAT}&crs=mars",
    f"?{LNG},{LAT}=1",
    f"?bbox={BOX}",
    f"/clusters?bbox={BOX}&zoom=14",
    f"/{LNG},{LAT}",
    f"/{LNG},{LAT}/reports",
]  # fmt: skip
