from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WaccaMusicDifficulty(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WACCA_MUSIC_DIFFICULTY_UNSPECIFIED: _ClassVar[WaccaMusicDifficulty]
    WACCA_MUSIC_DIFFICULTY_NORMAL: _ClassVar[WaccaMusicDifficulty]
    WACCA_MUSIC_DIFFICULTY_HARD: _ClassVar[WaccaMusicDifficulty]
    WACCA_MUSIC_DIFFICULTY_EXPERT: _ClassVar[WaccaMusicDifficulty]
    WACCA_MUSIC_DIFFICULTY_INFERNO: _ClassVar[WaccaMusicDifficulty]

class WaccaPlayMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WACCA_PLAY_MODE_UNSPECIFIED: _ClassVar[WaccaPlayMode]
    WACCA_PLAY_MODE_SINGLE: _ClassVar[WaccaPlayMode]
    WACCA_PLAY_MODE_VERSUS: _ClassVar[WaccaPlayMode]
    WACCA_PLAY_MODE_CO_OP: _ClassVar[WaccaPlayMode]

class WaccaMusicScoreGrade(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WACCA_MUSIC_SCORE_GRADE_UNSPECIFIED: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_D: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_C: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_B: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_A: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_AA: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_AAA: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_S: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_S_PLUS: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_SS: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_SS_PLUS: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_SSS: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_SSS_PLUS: _ClassVar[WaccaMusicScoreGrade]
    WACCA_MUSIC_SCORE_GRADE_MASTER: _ClassVar[WaccaMusicScoreGrade]

class WaccaVersion(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WACCA_VERSION_UNSPECIFIED: _ClassVar[WaccaVersion]
    WACCA_VERSION_WACCA: _ClassVar[WaccaVersion]
    WACCA_VERSION_S: _ClassVar[WaccaVersion]
    WACCA_VERSION_LILY: _ClassVar[WaccaVersion]
    WACCA_VERSION_LILY_R: _ClassVar[WaccaVersion]
    WACCA_VERSION_REVERSE: _ClassVar[WaccaVersion]
    WACCA_VERSION_PLUS: _ClassVar[WaccaVersion]
WACCA_MUSIC_DIFFICULTY_UNSPECIFIED: WaccaMusicDifficulty
WACCA_MUSIC_DIFFICULTY_NORMAL: WaccaMusicDifficulty
WACCA_MUSIC_DIFFICULTY_HARD: WaccaMusicDifficulty
WACCA_MUSIC_DIFFICULTY_EXPERT: WaccaMusicDifficulty
WACCA_MUSIC_DIFFICULTY_INFERNO: WaccaMusicDifficulty
WACCA_PLAY_MODE_UNSPECIFIED: WaccaPlayMode
WACCA_PLAY_MODE_SINGLE: WaccaPlayMode
WACCA_PLAY_MODE_VERSUS: WaccaPlayMode
WACCA_PLAY_MODE_CO_OP: WaccaPlayMode
WACCA_MUSIC_SCORE_GRADE_UNSPECIFIED: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_D: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_C: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_B: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_A: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_AA: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_AAA: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_S: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_S_PLUS: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_SS: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_SS_PLUS: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_SSS: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_SSS_PLUS: WaccaMusicScoreGrade
WACCA_MUSIC_SCORE_GRADE_MASTER: WaccaMusicScoreGrade
WACCA_VERSION_UNSPECIFIED: WaccaVersion
WACCA_VERSION_WACCA: WaccaVersion
WACCA_VERSION_S: WaccaVersion
WACCA_VERSION_LILY: WaccaVersion
WACCA_VERSION_LILY_R: WaccaVersion
WACCA_VERSION_REVERSE: WaccaVersion
WACCA_VERSION_PLUS: WaccaVersion

class DataRequest(_message.Message):
    __slots__ = ("api_id",)
    API_ID_FIELD_NUMBER: _ClassVar[int]
    api_id: str
    def __init__(self, api_id: _Optional[str] = ...) -> None: ...

class DataResponse(_message.Message):
    __slots__ = ("user_name", "exp", "points", "favorite_music_entries", "version_data")
    class VersionData(_message.Message):
        __slots__ = ("rank", "dan_rank", "rating", "title_part_ids", "last_app_version", "last_song", "last_song_sort", "last_folder", "last_folder_sort", "last_browsed_song_list", "tutorial_state")
        class LastSong(_message.Message):
            __slots__ = ("music_id", "music_difficulty")
            MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
            MUSIC_DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
            music_id: int
            music_difficulty: WaccaMusicDifficulty
            def __init__(self, music_id: _Optional[int] = ..., music_difficulty: _Optional[_Union[WaccaMusicDifficulty, str]] = ...) -> None: ...
        class TutorialStateEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: int
            value: bool
            def __init__(self, key: _Optional[int] = ..., value: _Optional[bool] = ...) -> None: ...
        RANK_FIELD_NUMBER: _ClassVar[int]
        DAN_RANK_FIELD_NUMBER: _ClassVar[int]
        RATING_FIELD_NUMBER: _ClassVar[int]
        TITLE_PART_IDS_FIELD_NUMBER: _ClassVar[int]
        LAST_APP_VERSION_FIELD_NUMBER: _ClassVar[int]
        LAST_SONG_FIELD_NUMBER: _ClassVar[int]
        LAST_SONG_SORT_FIELD_NUMBER: _ClassVar[int]
        LAST_FOLDER_FIELD_NUMBER: _ClassVar[int]
        LAST_FOLDER_SORT_FIELD_NUMBER: _ClassVar[int]
        LAST_BROWSED_SONG_LIST_FIELD_NUMBER: _ClassVar[int]
        TUTORIAL_STATE_FIELD_NUMBER: _ClassVar[int]
        rank: int
        dan_rank: int
        rating: int
        title_part_ids: _containers.RepeatedScalarFieldContainer[int]
        last_app_version: str
        last_song: DataResponse.VersionData.LastSong
        last_song_sort: int
        last_folder: int
        last_folder_sort: int
        last_browsed_song_list: str
        tutorial_state: _containers.ScalarMap[int, bool]
        def __init__(self, rank: _Optional[int] = ..., dan_rank: _Optional[int] = ..., rating: _Optional[int] = ..., title_part_ids: _Optional[_Iterable[int]] = ..., last_app_version: _Optional[str] = ..., last_song: _Optional[_Union[DataResponse.VersionData.LastSong, _Mapping]] = ..., last_song_sort: _Optional[int] = ..., last_folder: _Optional[int] = ..., last_folder_sort: _Optional[int] = ..., last_browsed_song_list: _Optional[str] = ..., tutorial_state: _Optional[_Mapping[int, bool]] = ...) -> None: ...
    class VersionDataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: DataResponse.VersionData
        def __init__(self, key: _Optional[int] = ..., value: _Optional[_Union[DataResponse.VersionData, _Mapping]] = ...) -> None: ...
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FAVORITE_MUSIC_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    VERSION_DATA_FIELD_NUMBER: _ClassVar[int]
    user_name: str
    exp: int
    points: int
    favorite_music_entries: _containers.RepeatedScalarFieldContainer[int]
    version_data: _containers.MessageMap[int, DataResponse.VersionData]
    def __init__(self, user_name: _Optional[str] = ..., exp: _Optional[int] = ..., points: _Optional[int] = ..., favorite_music_entries: _Optional[_Iterable[int]] = ..., version_data: _Optional[_Mapping[int, DataResponse.VersionData]] = ...) -> None: ...

class PlaylogRequest(_message.Message):
    __slots__ = ("api_id", "music_id")
    API_ID_FIELD_NUMBER: _ClassVar[int]
    MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
    api_id: str
    music_id: int
    def __init__(self, api_id: _Optional[str] = ..., music_id: _Optional[int] = ...) -> None: ...

class PlaylogStreamItem(_message.Message):
    __slots__ = ("playlog_api_id", "info")
    PLAYLOG_API_ID_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    playlog_api_id: str
    info: PlaylogInfo
    def __init__(self, playlog_api_id: _Optional[str] = ..., info: _Optional[_Union[PlaylogInfo, _Mapping]] = ...) -> None: ...

class PlaylogInfo(_message.Message):
    __slots__ = ("music_id", "music_difficulty", "score", "grade", "judge", "clear_status", "is_new_record", "combo", "skill_points", "fast", "late", "user_play_mode", "track", "user_play_date")
    MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
    MUSIC_DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    JUDGE_FIELD_NUMBER: _ClassVar[int]
    CLEAR_STATUS_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    COMBO_FIELD_NUMBER: _ClassVar[int]
    SKILL_POINTS_FIELD_NUMBER: _ClassVar[int]
    FAST_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    USER_PLAY_MODE_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    USER_PLAY_DATE_FIELD_NUMBER: _ClassVar[int]
    music_id: int
    music_difficulty: WaccaMusicDifficulty
    score: int
    grade: WaccaMusicScoreGrade
    judge: WaccaJudge
    clear_status: WaccaClearStatus
    is_new_record: bool
    combo: int
    skill_points: int
    fast: int
    late: int
    user_play_mode: WaccaPlayMode
    track: int
    user_play_date: str
    def __init__(self, music_id: _Optional[int] = ..., music_difficulty: _Optional[_Union[WaccaMusicDifficulty, str]] = ..., score: _Optional[int] = ..., grade: _Optional[_Union[WaccaMusicScoreGrade, str]] = ..., judge: _Optional[_Union[WaccaJudge, _Mapping]] = ..., clear_status: _Optional[_Union[WaccaClearStatus, _Mapping]] = ..., is_new_record: _Optional[bool] = ..., combo: _Optional[int] = ..., skill_points: _Optional[int] = ..., fast: _Optional[int] = ..., late: _Optional[int] = ..., user_play_mode: _Optional[_Union[WaccaPlayMode, str]] = ..., track: _Optional[int] = ..., user_play_date: _Optional[str] = ...) -> None: ...

class WaccaJudge(_message.Message):
    __slots__ = ("marvelous", "great", "good", "miss")
    MARVELOUS_FIELD_NUMBER: _ClassVar[int]
    GREAT_FIELD_NUMBER: _ClassVar[int]
    GOOD_FIELD_NUMBER: _ClassVar[int]
    MISS_FIELD_NUMBER: _ClassVar[int]
    marvelous: int
    great: int
    good: int
    miss: int
    def __init__(self, marvelous: _Optional[int] = ..., great: _Optional[int] = ..., good: _Optional[int] = ..., miss: _Optional[int] = ...) -> None: ...

class WaccaClearStatus(_message.Message):
    __slots__ = ("is_clear", "is_missless", "is_full_combo", "is_all_marvelous", "is_give_up")
    IS_CLEAR_FIELD_NUMBER: _ClassVar[int]
    IS_MISSLESS_FIELD_NUMBER: _ClassVar[int]
    IS_FULL_COMBO_FIELD_NUMBER: _ClassVar[int]
    IS_ALL_MARVELOUS_FIELD_NUMBER: _ClassVar[int]
    IS_GIVE_UP_FIELD_NUMBER: _ClassVar[int]
    is_clear: bool
    is_missless: bool
    is_full_combo: bool
    is_all_marvelous: bool
    is_give_up: bool
    def __init__(self, is_clear: _Optional[bool] = ..., is_missless: _Optional[bool] = ..., is_full_combo: _Optional[bool] = ..., is_all_marvelous: _Optional[bool] = ..., is_give_up: _Optional[bool] = ...) -> None: ...
