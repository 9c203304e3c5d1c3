"""An import with everything that belongs to it, as `common.imports.whole_imports` writes it."""

from __future__ import annotations

import msgspec

from common.accounts.user_documents import UserDocument
from common.catalogue.catalogue_documents import ChartDocument, SongDocument
from common.imports.import_documents import ImportDocument
from common.scores.score_documents import ScoreDocument
from common.sessions.session_documents import SessionDocument


class WholeImport(msgspec.Struct, kw_only=True):
    """scores: those that still exist, in the order of the input. sessions: that it made."""

    scores: list[ScoreDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]
    sessions: list[SessionDocument]
    import_: ImportDocument = msgspec.field(name="import")
    user: UserDocument
