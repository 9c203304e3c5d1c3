"""Logging: one format for all processes, to standard error, without secrets."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(processName)s %(name)s: %(message)s"


def configure(level: str) -> None:
    logging.basicConfig(level=level, format=FORMAT, force=True)
    # One line a message delivered is the worker's own business.
    for chatty in ("celery.worker.strategy", "celery.app.trace", "celery.beat", "kombu"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
