"""What the games of arcade cabinets call their releases: `MODEL:DEST:SPEC:REV:EXT`.

Source: specification, import-types/README.md section 8.5 and import-types/fervidex.md section 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_PATTERN: Final = re.compile(r"([A-Z0-9]{3}):([A-Z]):([A-Z]):([A-Z]):([0-9]{10})", re.ASCII)

INFINITAS: Final = "P2D"
KONASTE_SDVX: Final = "QCV"

# Models of beatmania IIDX in arcades.
_IIDX: Final = ("LDJ", "TDJ")

# The revision that is no game of ours.
BMS_REVISION: Final = "Z"

# What a revision adds to the version's name: the normal game, omnimix, 2dxtra.
_REVISIONS: Final = {"A": "", "X": "-omni", "E": "-2dxtra"}

# Version of beatmania IIDX: the revisions there are of it, and the dates of its builds.
_IIDX_BUILDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "25": ("A", ("2018091900",)),
    "26": ("AX", ("2019090200", "2019100700")),
    "27": ("AXE", ("2020092900",)),
    "28": ("AXE", ("2021091500",)),
    "29": ("AX", ("2022082400",)),
    "30": ("AXE", ("2022103100", "2022120800", "2023022000", "2023040400", "2023090500")),
    "31": ("AXE", ("2023101800", "2023103000", "2023121800", "2024021300", "2024082600")),
    "32": ("AX", ("2025011400", "2025032500", "2025041500", "2025072900", "2025082500")),
}
_IIDX_VERSIONS: Final = {
    (build, revision): version + _REVISIONS[revision]
    for version, (revisions, builds) in _IIDX_BUILDS.items()
    for build in builds
    for revision in revisions
}
_NEWEST_BUILD: Final = max(build for build, _ in _IIDX_VERSIONS)

# A build is named by its day, and counted within it.
_BUILD: Final = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{2}", re.ASCII)


class SoftwareID(NamedTuple):
    model: str
    destination: str
    specification: str
    revision: str
    build: str


def parse(text: str) -> SoftwareID | None:
    """None for what is no such id."""
    found = _PATTERN.fullmatch(text)
    return None if found is None else SoftwareID(*found.groups())


def iidx_version(software: SoftwareID) -> str | None:
    """The version of beatmania IIDX as charts name it; None for software that is not known.

    A build that is newer than all that are known, as there are some every year, stands for
    itself: charts are found without the version then.
    """
    if software.model == INFINITAS:
        return "inf"
    if software.model not in _IIDX or software.revision not in _REVISIONS:
        return None
    if software.build > _NEWEST_BUILD and _BUILD.fullmatch(software.build):
        return software.build + _REVISIONS[software.revision]
    return _IIDX_VERSIONS.get((software.build, software.revision))
