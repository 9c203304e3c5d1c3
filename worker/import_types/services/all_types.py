"""The `api/` import types, in canonical order."""

from __future__ import annotations

from typing import Final

from worker.import_types.services.cg import SERVICES, cg_import
from worker.import_types.services.cg_iidx import IIDX
from worker.import_types.services.cg_jubeat import JUBEAT
from worker.import_types.services.cg_museca import MUSECA
from worker.import_types.services.cg_popn import POPN
from worker.import_types.services.cg_sdvx import SDVX
from worker.import_types.services.kai_iidx import kai_iidx
from worker.import_types.services.kai_sdvx import kai_sdvx
from worker.import_types.services.myt_chunithm import MYT_CHUNITHM
from worker.import_types.services.myt_maimaidx import MYT_MAIMAIDX
from worker.import_types.services.myt_ongeki import MYT_ONGEKI
from worker.import_types.services.myt_wacca import MYT_WACCA
from worker.import_types.services.upstream import UpstreamImport

SERVICE_TYPES: Final[tuple[UpstreamImport, ...]] = (
    kai_iidx("api/eag-iidx", "EAG"),
    kai_sdvx("api/eag-sdvx", "EAG"),
    kai_iidx("api/flo-iidx", "FLO"),
    kai_sdvx("api/flo-sdvx", "FLO"),
    kai_sdvx("api/min-sdvx", "MIN"),
    MYT_CHUNITHM,
    MYT_MAIMAIDX,
    MYT_ONGEKI,
    MYT_WACCA,
    *(
        cg_import(service, game)
        for service in SERVICES
        for game in (JUBEAT, MUSECA, POPN, SDVX, IIDX)
    ),
)
