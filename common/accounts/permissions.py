"""What tokens may allow. Source: specification, http-api.md section 4."""

from __future__ import annotations

from typing import Final

# In the order in which lists of permissions name them.
ORDINARY: Final = (
    "customise_profile",
    "customise_score",
    "customise_session",
    "delete_score",
    "manage_rivals",
    "manage_targets",
    "submit_score",
    "manage_challenges",
)
# Stands for the owner in person; neither users nor clients can ask for it.
IN_PERSON: Final = "manage_account"
PERMISSIONS: Final = (*ORDINARY, IN_PERSON)
