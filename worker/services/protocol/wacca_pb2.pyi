from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar

from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper

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
    def __init__(self, api_id: str | None = ...) -> None: ...

class DataResponse(_message.Message):
    __slots__ = ("exp", "favorite_music_entries", "points", "user_name", "version_data")
    class VersionData(_message.Message):
        __slots__ = (
            "dan_rank",
            "last_app_version",
            "last_browsed_song_list",
            "last_folder",
            "last_folder_sort",
            "last_song",
            "last_song_sort",
            "rank",
            "rating",
            "title_part_ids",
            "tutorial_state",
        )
        class LastSong(_message.Message):
            __slots__ = ("music_difficulty", "music_id")
            MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
            MUSIC_DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
            music_id: int
            music_difficulty: WaccaMusicDifficulty
            def __init__(
                self,
                music_id: int | None = ...,
                music_difficulty: WaccaMusicDifficulty | str | None = ...,
            ) -> None: ...

        class TutorialStateEntry(_message.Message):
            __slots__ = ("key", "value")
            KEY_FIELD_NUMBER: _ClassVar[int]
            VALUE_FIELD_NUMBER: _ClassVar[int]
            key: int
            value: bool
            def __init__(self, key: int | None = ..., value: bool | None = ...) -> None: ...

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
        def __init__(
            self,
            rank: int | None = ...,
            dan_rank: int | None = ...,
            rating: int | None = ...,
            title_part_ids: _Iterable[int] | None = ...,
            last_app_version: str | None = ...,
            last_song: DataResponse.VersionData.LastSong | _Mapping | None = ...,
            last_song_sort: int | None = ...,
            last_folder: int | None = ...,
            last_folder_sort: int | None = ...,
            last_browsed_song_list: str | None = ...,
            tutorial_state: _Mapping[int, bool] | None = ...,
        ) -> None: ...

    class VersionDataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: DataResponse.VersionData
        def __init__(
            self, key: int | None = ..., value: DataResponse.VersionData | _Mapping | None = ...
        ) -> None: ...

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
    def __init__(
        self,
        user_name: str | None = ...,
        exp: int | None = ...,
        points: int | None = ...,
        favorite_music_entries: _Iterable[int] | None = ...,
        version_data: _Mapping[int, DataResponse.VersionData] | None = ...,
    ) -> None: ...

class PlaylogRequest(_message.Message):
    __slots__ = ("api_id", "music_id")
    API_ID_FIELD_NUMBER: _ClassVar[int]
    MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
    api_id: str
    music_id: int
    def __init__(self, api_id: str | None = ..., music_id: int | None = ...) -> None: ...

class PlaylogStreamItem(_message.Message):
    __slots__ = ("info", "playlog_api_id")
    PLAYLOG_API_ID_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    playlog_api_id: str
    info: PlaylogInfo
    def __init__(
        self, playlog_api_id: str | None = ..., info: PlaylogInfo | _Mapping | None = ...
    ) -> None: ...

class PlaylogInfo(_message.Message):
    __slots__ = (
        "clear_status",
        "combo",
        "fast",
        "grade",
        "is_new_record",
        "judge",
        "late",
        "music_difficulty",
        "music_id",
        "score",
        "skill_points",
        "track",
        "user_play_date",
        "user_play_mode",
    )
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
    def __init__(
        self,
        music_id: int | None = ...,
        music_difficulty: WaccaMusicDifficulty | str | None = ...,
        score: int | None = ...,
        grade: WaccaMusicScoreGrade | str | None = ...,
        judge: WaccaJudge | _Mapping | None = ...,
        clear_status: WaccaClearStatus | _Mapping | None = ...,
        is_new_record: bool | None = ...,
        combo: int | None = ...,
        skill_points: int | None = ...,
        fast: int | None = ...,
        late: int | None = ...,
        user_play_mode: WaccaPlayMode | str | None = ...,
        track: int | None = ...,
        user_play_date: str | None = ...,
    ) -> None: ...

class WaccaJudge(_message.Message):
    __slots__ = ("good", "great", "marvelous", "miss")
    MARVELOUS_FIELD_NUMBER: _ClassVar[int]
    GREAT_FIELD_NUMBER: _ClassVar[int]
    GOOD_FIELD_NUMBER: _ClassVar[int]
    MISS_FIELD_NUMBER: _ClassVar[int]
    marvelous: int
    great: int
    good: int
    miss: int
    def __init__(
        self,
        marvelous: int | None = ...,
        great: int | None = ...,
        good: int | None = ...,
        miss: int | None = ...,
    ) -> None: ...

class WaccaClearStatus(_message.Message):
    __slots__ = ("is_all_marvelous", "is_clear", "is_full_combo", "is_give_up", "is_missless")
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
    def __init__(
        self,
        is_clear: bool | None = ...,
        is_missless: bool | None = ...,
        is_full_combo: bool | None = ...,
        is_all_marvelous: bool | None = ...,
        is_give_up: bool | None = ...,
    ) -> None: ...
