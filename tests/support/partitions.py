"""Tables of users' data in partitions, by the statements that docs/scaling.md has."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from tests.support.stack import ROOT


def partition(connection: Connection) -> None:
    """Makes partitions of each of the tables that the page names; what they hold stays."""
    page = (ROOT / "docs" / "scaling.md").read_text()
    block = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
    assert block is not None
    connection.execute(text(block[1]))
