"""Users as documents. Source: specification, documents-users.md section 1."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from common.database.statements import Row

SOCIAL_MEDIA: Final = ("discord", "twitter", "github", "steam", "youtube", "twitch")


class UserDocument(msgspec.Struct, kw_only=True):
    """A user, all of it public.

    authLevel: 0 banned, 1 user, 2 moderator, 3 administrator. Times: milliseconds since the epoch.
    """

    id: int
    username: str
    usernameLowercase: str
    about: str
    status: str | None
    socialMedia: dict[str, str | None]
    joinDate: int
    lastSeen: int
    customPfpLocation: str | None
    customBannerLocation: str | None
    badges: list[str]
    authLevel: int
    isSupporter: bool
    canSubmitQuests: bool
    canImportProvidedClass: bool


def user(row: Row) -> UserDocument:
    """A row of `users`."""
    return UserDocument(
        id=row.id,
        username=row.username,
        usernameLowercase=row.username_lowercase,
        about=row.about,
        status=row.status,
        socialMedia={name: row.social_media.get(name) for name in SOCIAL_MEDIA},
        joinDate=row.join_date,
        lastSeen=row.last_seen,
        customPfpLocation=row.custom_pfp_location,
        customBannerLocation=row.custom_banner_location,
        badges=row.badges,
        authLevel=row.auth_level,
        isSupporter=row.is_supporter,
        canSubmitQuests=row.can_submit_quests,
        canImportProvidedClass=row.can_import_provided_class,
    )


class Preferences(msgspec.Struct, kw_only=True):
    """How a user wants to be treated. invisible: they do not show up as online."""

    invisible: bool = False
    developerMode: bool = False
    advancedMode: bool = False
    contentiousContent: bool = False
    deletableScores: bool = False


PREFERENCES: Final = Preferences.__struct_fields__


class UserSettingsDocument(msgspec.Struct, kw_only=True):
    """The settings of a user that hold for all games. following: users."""

    userID: int
    following: list[int]
    preferences: Preferences


class NotificationBody(msgspec.Struct, kw_only=True):
    """What a notification is about; what `content` holds depends on `type`."""

    type: str
    content: dict[str, Any]


class NotificationDocument(msgspec.Struct, kw_only=True):
    """Something the user is told. sentAt: milliseconds since the epoch."""

    notifID: str
    title: str
    sentTo: int
    sentAt: int
    read: bool
    body: NotificationBody


def user_document(row: Row) -> dict[str, Any]:
    """A row of `users`, as the pages of imports and scores show it."""
    document: dict[str, Any] = msgspec.to_builtins(user(row))
    return document
