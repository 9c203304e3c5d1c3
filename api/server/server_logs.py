"""gunicorn's own log, in the format that all processes have."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from common.log_context import WhoseFilter
from common.logs import formatter
from common.settings import load_settings


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in [*self.error_log.handlers, *self.access_log.handlers]:
            handler.addFilter(WhoseFilter())
            handler.setFormatter(formatter(load_settings().log_format))
