"""All blueprints of the application, with the paths that they are below."""

from __future__ import annotations

from typing import Final

from api.hooks import barbatos, beatoraja, direct_manual, fervidex, kshook, lr2hook, usc
from api.http.dialects import ApiBlueprint
from api.v1 import (
    activities,
    admin,
    admin_jobs,
    api_tokens,
    auth,
    bests,
    charts,
    clients,
    folders,
    game_stats,
    game_targets,
    games,
    guesses,
    hook_settings,
    import_lists,
    import_scores,
    imports,
    integrations,
    oauth,
    orphans,
    profiles,
    replays,
    rivals,
    scores,
    search,
    sessions,
    status,
    syncs,
    targets,
    timestops,
    user_scores,
    users,
)
from api.web import (
    account_pages,
    client_pages,
    home_pages,
    import_pages,
    orphan_pages,
    player_pages,
    reference_pages,
    service_pages,
    static_files,
    token_pages,
)

API: Final = "/api/v1"
IR: Final = "/ir"

ROUTES: Final[tuple[tuple[str, ApiBlueprint], ...]] = (
    # Imports.
    (API, imports.blueprint),
    (API, import_lists.blueprint),
    (API, import_scores.blueprint),
    (API, guesses.blueprint),
    (API, orphans.blueprint),
    (API, syncs.blueprint),
    (API, integrations.blueprint),
    (API, hook_settings.blueprint),
    (API, timestops.blueprint),
    # What there is: games, charts, players and what they did.
    (API, games.blueprint),
    (API, charts.blueprint),
    (API, profiles.blueprint),
    (API, bests.blueprint),
    (API, user_scores.blueprint),
    (API, scores.blueprint),
    (API, replays.blueprint),
    (API, sessions.blueprint),
    (API, targets.blueprint),
    (API, game_targets.blueprint),
    (API, activities.blueprint),
    (API, folders.blueprint),
    (API, rivals.blueprint),
    (API, search.blueprint),
    # Accounts, and the server itself.
    (API, status.blueprint),
    (API, users.blueprint),
    (API, game_stats.blueprint),
    (API, auth.blueprint),
    (API, api_tokens.blueprint),
    (API, clients.blueprint),
    (API, oauth.blueprint),
    (API, admin.blueprint),
    (API, admin_jobs.blueprint),
    # Programs beside games.
    (IR, direct_manual.blueprint),
    (f"{IR}/beatoraja", beatoraja.blueprint),
    (f"{IR}/usc", usc.blueprint),
    (f"{IR}/fervidex", fervidex.blueprint),
    (f"{IR}/kshook", kshook.blueprint),
    (f"{IR}/barbatos", barbatos.blueprint),
    (f"{IR}/lr2hook", lr2hook.blueprint),
    # Pages, and whoever watches over the process.
    ("", account_pages.blueprint),
    ("", client_pages.blueprint),
    ("", home_pages.blueprint),
    ("", home_pages.lists),
    ("", import_pages.blueprint),
    ("", orphan_pages.blueprint),
    ("", player_pages.blueprint),
    ("", service_pages.blueprint),
    ("", token_pages.blueprint),
    ("", reference_pages.blueprint),
    ("", static_files.blueprint),
    ("", status.health),
)
