from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar

from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from google.protobuf.internal import containers as _containers

DESCRIPTOR: _descriptor.FileDescriptor

class LookupRequest(_message.Message):
    __slots__ = ("access_code", "titles")
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    access_code: str
    titles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(
        self, access_code: str | None = ..., titles: _Iterable[str] | None = ...
    ) -> None: ...

class LookupResponse(_message.Message):
    __slots__ = ("player_api_id", "titles")
    class TitleEntry(_message.Message):
        __slots__ = ("title_api_id", "title_kind")
        TITLE_KIND_FIELD_NUMBER: _ClassVar[int]
        TITLE_API_ID_FIELD_NUMBER: _ClassVar[int]
        title_kind: str
        title_api_id: str
        def __init__(
            self, title_kind: str | None = ..., title_api_id: str | None = ...
        ) -> None: ...

    PLAYER_API_ID_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    player_api_id: str
    titles: _containers.RepeatedCompositeFieldContainer[LookupResponse.TitleEntry]
    def __init__(
        self,
        player_api_id: str | None = ...,
        titles: _Iterable[LookupResponse.TitleEntry | _Mapping] | None = ...,
    ) -> None: ...
