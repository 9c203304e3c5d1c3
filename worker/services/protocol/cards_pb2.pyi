from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LookupRequest(_message.Message):
    __slots__ = ("access_code", "titles")
    ACCESS_CODE_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    access_code: str
    titles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, access_code: _Optional[str] = ..., titles: _Optional[_Iterable[str]] = ...) -> None: ...

class LookupResponse(_message.Message):
    __slots__ = ("player_api_id", "titles")
    class TitleEntry(_message.Message):
        __slots__ = ("title_kind", "title_api_id")
        TITLE_KIND_FIELD_NUMBER: _ClassVar[int]
        TITLE_API_ID_FIELD_NUMBER: _ClassVar[int]
        title_kind: str
        title_api_id: str
        def __init__(self, title_kind: _Optional[str] = ..., title_api_id: _Optional[str] = ...) -> None: ...
    PLAYER_API_ID_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    player_api_id: str
    titles: _containers.RepeatedCompositeFieldContainer[LookupResponse.TitleEntry]
    def __init__(self, player_api_id: _Optional[str] = ..., titles: _Optional[_Iterable[_Union[LookupResponse.TitleEntry, _Mapping]]] = ...) -> None: ...
