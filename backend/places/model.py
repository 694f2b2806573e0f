"""A trustworthy shop on the map: what the yearly lists say of it, where it is, and what residents and staff made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from backend.common.coordinates import LngLat
from backend.common.districts import DISTRICTS
from schemas.terms import (
    Crs,
    PlaceAct,
    PlaceFinding,
    PlaceKind,
    PlaceReportKind,
    PlaceState,
    PlaceTaskState,
)
from schemas.text import Text


@dataclass(frozen=True)
class Particulars:
    """A shop as a row of a list or a member of staff puts it down; the pair is in `crs`."""

    name: str
    kind: PlaceKind
    district: str
    address: str
    lng: float
    lat: float
    crs: Crs

    @property
    def position(self) -> LngLat:
        return LngLat(self.lng, self.lat)


@dataclass(frozen=True)
class Assessment:
    """That a shop is on the list of a year. `shown_until` is 24:00 of `valid_until` in Shanghai.

    `digest`, `batch_id` and `line` say which row of which file it came from; None where staff put it down.
    """

    year: int
    assessed_by: str
    valid_until: date
    shown_until: datetime
    source_document: str
    digest: str | None = None
    batch_id: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Point:
    """GeoJSON, in WGS-84, as the index wants it."""

    coordinates: tuple[float, float]
    type: str = "Point"


@dataclass(frozen=True)
class Reply:
    """What the shop says to its assessment, as staff received it."""

    text: str
    on: date


@dataclass(frozen=True)
class Event:
    """One line of a shop's history; the reason is a sentence about the shop, never about a person."""

    at: datetime
    act: PlaceAct
    state: PlaceState
    by_id: str
    by_name: str | None
    reason: str | None = None

    @property
    def label(self) -> Text:
        return self.act.label


@dataclass(frozen=True)
class Place:
    """A shop. `location` is what is searched; `source_lng`, `source_lat` and `source_crs` are the pair as it came.

    `cell` is the square of the map it lies in (rules/grid.py). `keys` are the digests under which lists name it: its name,
    district and address, and what they were before staff put them right. `shown_until` is the latest of its assessments.
    """

    id: str
    keys: tuple[str, ...]
    name: str
    kind: PlaceKind
    district: str
    address: str
    lng: float
    lat: float
    location: Point
    cell: str
    source_lng: float
    source_lat: float
    source_crs: Crs
    state: PlaceState
    shown_until: datetime
    assessments: tuple[Assessment, ...]
    created_at: datetime
    reply: Reply | None = None
    events: tuple[Event, ...] = ()
    version: int = 1

    @property
    def position(self) -> LngLat:
        return LngLat(self.lng, self.lat)

    @property
    def district_name(self) -> str:
        return DISTRICTS[self.district]

    @property
    def source(self) -> "Source":
        return Source(self.source_crs, (self.source_lng, self.source_lat))

    @property
    def newest(self) -> Assessment:
        return self.assessments[-1]


@dataclass(frozen=True)
class Pin:
    """What a search reads of a shop."""

    id: str
    name: str
    kind: PlaceKind
    district: str
    address: str
    lng: float
    lat: float
    assessments: tuple[Assessment, ...]

    @property
    def position(self) -> LngLat:
        return LngLat(self.lng, self.lat)


@dataclass(frozen=True)
class Box:
    """A rectangle of a map: west, south, east, north."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, position: LngLat) -> bool:
        return self.west <= position.lng <= self.east and self.south <= position.lat <= self.north


@dataclass(frozen=True)
class Only:
    """Which shops are asked for; None: all."""

    kind: PlaceKind | None = None
    district: str | None = None
    year: int | None = None


@dataclass(frozen=True)
class Geometry:
    """A point as GeoJSON writes it: seven places are a centimetre."""

    at: LngLat
    type: str = "Point"

    @property
    def coordinates(self) -> tuple[float, float]:
        return round(self.at.lng, 7), round(self.at.lat, 7)


@dataclass(frozen=True)
class Found:
    """A shop as a search found it, and as a Feature of GeoJSON: its position in the system asked for, the assessment it is
    shown by, and how far it is from the position given, if one was."""

    id: str
    name: str
    kind: PlaceKind
    district: str
    address: str
    position: LngLat
    assessment: Assessment
    distance_m: float | None = None
    type: str = "Feature"

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.position)

    @property
    def properties(self) -> Self:
        return self

    @property
    def kind_label(self) -> Text:
        return self.kind.label

    @property
    def district_name(self) -> str:
        return DISTRICTS[self.district]

    @property
    def year(self) -> int:
        return self.assessment.year

    @property
    def assessed_by(self) -> str:
        return self.assessment.assessed_by

    @property
    def valid_until(self) -> date:
        return self.assessment.valid_until

    @property
    def source_document(self) -> str:
        return self.assessment.source_document


@dataclass(frozen=True)
class Source:
    """The pair as it came, and its system."""

    crs: Crs
    coordinates: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Shown(Found):
    """A shop with all that is public about it: every year's assessment, the newest first, and the shop's reply."""

    crs: Crs
    assessments: tuple[Assessment, ...]
    reply: Reply | None
    source: Source


@dataclass(frozen=True)
class Finds:
    """What a search found; `more`: there are more than were asked for."""

    crs: Crs
    features: tuple[Found, ...]
    more: bool
    type: str = "FeatureCollection"


@dataclass(frozen=True)
class Cluster:
    """The shops of one square of the map: how many, and their middle; `place_id` and `name` where there is one alone."""

    id: str
    count: int
    position: LngLat
    place_id: str | None
    name: str | None
    type: str = "Feature"

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.position)

    @property
    def properties(self) -> Self:
        return self


@dataclass(frozen=True)
class Clusters:
    """The squares that a part of the map touches, each whole; `zoom` may be lower than asked for, for a large part."""

    crs: Crs
    zoom: int
    features: tuple[Cluster, ...]
    type: str = "FeatureCollection"


@dataclass(frozen=True)
class Edition:
    """Which state of the map this is: it changes with every shop that changes, and with the day, when lists expire. `since`:
    from when on the map looks as it does."""

    version: int
    changed_at: datetime | None
    since: datetime


@dataclass(frozen=True)
class Report:
    """That somebody says a shop has moved or closed; who is known by keyed hashes only, and forgotten with the task."""

    id: str
    place_id: str
    kind: PlaceReportKind
    reported_at: datetime
    holder_mac: bytes
    phone_mac: bytes

    @property
    def kind_label(self) -> Text:
        return self.kind.label


@dataclass(frozen=True)
class Task:
    """The reports about one shop, until staff have looked. `open_key` (the shop) exists until then; an index keeps it single."""

    id: str
    place_id: str
    state: PlaceTaskState
    since: datetime
    moved: int = 0
    closed: int = 0
    raised_at: datetime | None = None
    open_key: str | None = None
    finding: PlaceFinding | None = None
    reason: str | None = None
    resolved_at: datetime | None = None
    resolved_by_id: str | None = None
