"""All import types there are. Adding one is one module beside this one and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from worker.import_types.base import Body, ImportType, Origin, Upload
from worker.import_types.files.eamusement_iidx_csv import PLIIIDXCSV, EamusementIIDXCSV
from worker.import_types.files.eamusement_sdvx_csv import EamusementSDVXCSV
from worker.import_types.files.mypagescraper_player_csv import MyPageScraperPlayerCSV
from worker.import_types.files.mypagescraper_records_csv import MyPageScraperRecordsCSV
from worker.import_types.files.solid_state_squad import SolidStateSquad
from worker.import_types.hooks.barbatos import Barbatos
from worker.import_types.hooks.beatoraja import Beatoraja
from worker.import_types.hooks.fervidex import Fervidex
from worker.import_types.hooks.fervidex_static import FervidexStatic
from worker.import_types.hooks.kshook import KsHook, KsHookStatic
from worker.import_types.hooks.lr2hook import LR2Hook
from worker.import_types.hooks.usc import USC
from worker.import_types.manual.batch_manual import BatchManual, DirectManual
from worker.import_types.manual.import_class import ImportClass
from worker.import_types.services.all_types import SERVICE_TYPES

# In canonical order: that of lists of import types.
_TYPES: Final[tuple[ImportType[Any], ...]] = (
    EamusementIIDXCSV(),
    EamusementSDVXCSV(),
    BatchManual(),
    SolidStateSquad(),
    PLIIIDXCSV(),
    MyPageScraperRecordsCSV(),
    MyPageScraperPlayerCSV(),
    ImportClass(),
    DirectManual(),
    Barbatos(),
    Fervidex(),
    FervidexStatic(),
    Beatoraja(),
    USC(),
    KsHook(),
    KsHookStatic(),
    LR2Hook(),
    *SERVICE_TYPES,
)

IMPORT_TYPES: Final[Mapping[str, ImportType[Any]]] = {each.name: each for each in _TYPES}

# What a form with a file may name.
UPLOADED_TYPES: Final = tuple(name for name, each in IMPORT_TYPES.items() if each.input is Upload)

# What a client sends as the body of a request of its own.
SENT_TYPES: Final = tuple(name for name, each in IMPORT_TYPES.items() if each.input is Body)

# Where those that are fetched come from.
ORIGINS: Final[Mapping[str, Origin]] = {each.name: each.origin for each in SERVICE_TYPES}


def get(name: str) -> ImportType[Any]:
    """Raises KeyError for an import type that there is not."""
    return IMPORT_TYPES[name]
