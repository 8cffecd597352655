"""The state document of a site: one row, written every few seconds, which tells from afar how the site is.

Its documented fields are texts (`mnt1_ra`, `cam1_last_image_name`, `timestamp`); `typed` has the same and
more as numbers and truth values with units in their names:

    {"State": "State", "site": "wmd", "timestamp": "1700000000", "mnt1_ra": "5.6", ...,
     "typed": {"schema": 1, "written_unix": 1700000000.25, "problems": ["dome1 was not heard yet"],
               "mount": {"agent": "mount1", "is_fresh": True, "age_seconds": 0.4, "ra_degrees": 84.0, ...},
               "camera": {...}, "dome": {...}, "weather": {...},
               "image": {"name": "wmd-cam1-...fits", "key": "wmd/wmd-...fits", "count": 7, "backlog": 0}}}

What is stale is not told: only how old it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.remote._state_numbers import CAMERA, DOME, MOUNT, WEATHER, numbers, plain, storable
from ocs_sim.remote._state_read import section_from_words
from ocs_sim.remote._state_words import NO_IMAGE, camera_words, known, mount_words

STATE_KEY = "State"
SCHEMA = 1
ALIVE_SECONDS = 20.0
"""A site that writes every five seconds and has not for so long is not there."""
_SECTIONS = {"mount": MOUNT, "camera": CAMERA, "dome": DOME, "weather": WEATHER}

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What an agent said last on its feed, by the feed's names of fields; nothing where `problem` says why.

    `age_seconds` is how long ago it came, None if it never did.
    """

    agent: str
    values: Values | None = None
    age_seconds: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class LastImage:
    """The latest image in the store of objects; `key` is what to ask the store for, a link for instance."""

    name: str
    key: str
    start_unix: float | None = None
    exposure_seconds: float | None = None
    binning: int | None = None


@dataclass(frozen=True, slots=True)
class SiteState:
    """A state document as it was read; `schema` 0 is one of texts only, by the original simulator.

    Sections have float, int, bool and str under the names that `typed` has, and nothing that is not known.
    """

    site: str
    written_unix: float
    schema: int
    words: Mapping[str, str]
    mount: Values = field(default_factory=dict)
    camera: Values = field(default_factory=dict)
    dome: Values = field(default_factory=dict)
    weather: Values = field(default_factory=dict)
    image: Values = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def age_seconds(self, now_unix: float) -> float:
        """Return how old the document is; clocks of two machines may differ, so it is 0 at least."""
        return max(0.0, now_unix - self.written_unix)

    def is_alive(self, now_unix: float, limit_seconds: float = ALIVE_SECONDS) -> bool:
        """Return whether the site wrote lately."""
        return self.age_seconds(now_unix) <= limit_seconds

    @property
    def last_image_name(self) -> str | None:
        """The file name of the latest image, None before there is one."""
        name = self.words.get("cam1_last_image_name", NO_IMAGE)
        return None if name in (NO_IMAGE, "") else name

    @property
    def last_image_key(self) -> str | None:
        """What to ask the store of objects for to get the latest image."""
        name = self.last_image_name
        return None if name is None else str(self.image.get("key") or f"{self.site}/{name}")


def encode_state(
    site: str,
    unix: float,
    *,
    mount: Told | None = None,
    camera: Told | None = None,
    dome: Told | None = None,
    weather: Told | None = None,
    image: LastImage | None = None,
    image_count: int = 0,
    backlog: int = 0,
) -> dict[str, Any]:
    """Return the document to write for a site at `unix`; an agent that the site does not have is None."""
    told = {"mount": mount, "camera": camera, "dome": dome, "weather": weather}
    sections = {name: _section(each, _SECTIONS[name]) for name, each in told.items() if each is not None}
    typed = {
        "schema": SCHEMA,
        "written_unix": storable(float(unix)),
        "problems": [each.problem for each in told.values() if each is not None and each.problem],
        "image": {**_image_numbers(image), "count": image_count, "backlog": backlog},
        **sections,
    }
    return {
        "State": STATE_KEY,
        "site": site,
        "timestamp": str(int(unix)),
        **_all_words(mount, camera, image, unix),
        "typed": typed,
    }


def read_state(document: Values) -> SiteState:
    """Return what a state document tells, whoever wrote it; what cannot be understood is left out."""
    words = {name: value for name, value in document.items() if isinstance(value, str)}
    typed = document.get("typed")
    typed = plain(typed) if isinstance(typed, Mapping) else {}
    sections = {
        name: each if isinstance(each := typed.get(name), dict) else section_from_words(name, words)
        for name in (*_SECTIONS, "image")
    }
    return SiteState(
        site=words.get("site", ""),
        written_unix=_written(typed.get("written_unix"), document.get("timestamp")),
        schema=typed["schema"] if isinstance(typed.get("schema"), int) else 0,
        words=words,
        problems=tuple(map(str, typed.get("problems") or ())),
        **sections,
    )


def _section(told: Told, names: Mapping[str, str]) -> dict[str, Any]:
    about = {"agent": told.agent, "is_fresh": told.values is not None}
    if told.age_seconds is not None:
        about["age_seconds"] = storable(told.age_seconds)
    return {**about, **numbers(known(told.values or {}), names)}


def _all_words(
    mount: Told | None, camera: Told | None, image: LastImage | None, unix: float
) -> dict[str, str]:
    pointing = known(mount.values or {}) if mount else {}
    if mount is not None:
        pointing["instance"] = mount.agent
    age = None if mount is None else mount.age_seconds
    shown = (
        {"name": image.name, "exposure": image.exposure_seconds, "binning": image.binning} if image else {}
    )
    return {
        **mount_words(pointing, None if age is None else unix - age),
        **camera_words(known(camera.values or {}) if camera else {}, shown),
    }


def _image_numbers(image: LastImage | None) -> dict[str, Any]:
    if image is None:
        return {}
    every = {
        "name": image.name,
        "key": image.key,
        "start_unix": storable(image.start_unix),
        "exposure_seconds": storable(image.exposure_seconds),
        "binning": image.binning,
    }
    return {name: value for name, value in every.items() if value is not None}


def _written(exact: Any, timestamp: Any) -> float:
    for each in (exact, timestamp):
        try:
            return float(each)
        except (TypeError, ValueError):
            continue
    return 0.0
