"""Ordered validation of imported data, with the texts clients know.

A schema is built from the rules in `rules.py`; `first_violation` finds what is wrong first,
`all_violations` everything; `explain` says it in one line.

Source: specification, import-types/README.md section 7 and http-api.md section 8 ("Style V2").
"""

from common.validation.rules import Rule, all_violations, first_violation
from common.validation.values import is_integer, is_number, text_of, type_of, utf16_length
from common.validation.violation import Violation, explain

__all__ = [
    "Rule",
    "Violation",
    "all_violations",
    "explain",
    "first_violation",
    "is_integer",
    "is_number",
    "text_of",
    "type_of",
    "utf16_length",
]
