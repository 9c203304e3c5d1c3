from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MaimaiLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAIMAI_LEVEL_UNSPECIFIED: _ClassVar[MaimaiLevel]
    MAIMAI_LEVEL_BASIC: _ClassVar[MaimaiLevel]
    MAIMAI_LEVEL_ADVANCED: _ClassVar[MaimaiLevel]
    MAIMAI_LEVEL_EXPERT: _ClassVar[MaimaiLevel]
    MAIMAI_LEVEL_MASTER: _ClassVar[MaimaiLevel]
    MAIMAI_LEVEL_REMASTER: _ClassVar[MaimaiLevel]
    MAIMAI_LEVEL_UTAGE: _ClassVar[MaimaiLevel]

class MaimaiComboStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAIMAI_COMBO_STATUS_UNSPECIFIED: _ClassVar[MaimaiComboStatus]
    MAIMAI_COMBO_STATUS_NONE: _ClassVar[MaimaiComboStatus]
    MAIMAI_COMBO_STATUS_FULL_COMBO: _ClassVar[MaimaiComboStatus]
    MAIMAI_COMBO_STATUS_FULL_COMBO_PLUS: _ClassVar[MaimaiComboStatus]
    MAIMAI_COMBO_STATUS_ALL_PERFECT: _ClassVar[MaimaiComboStatus]
    MAIMAI_COMBO_STATUS_ALL_PERFECT_PLUS: _ClassVar[MaimaiComboStatus]

class MaimaiSyncStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAIMAI_SYNC_STATUS_UNSPECIFIED: _ClassVar[MaimaiSyncStatus]
    MAIMAI_SYNC_STATUS_NONE: _ClassVar[MaimaiSyncStatus]
    MAIMAI_SYNC_STATUS_FULL_SYNC: _ClassVar[MaimaiSyncStatus]
    MAIMAI_SYNC_STATUS_FULL_SYNC_PLUS: _ClassVar[MaimaiSyncStatus]
    MAIMAI_SYNC_STATUS_FULL_SYNC_DX: _ClassVar[MaimaiSyncStatus]
    MAIMAI_SYNC_STATUS_FULL_SYNC_DX_PLUS: _ClassVar[MaimaiSyncStatus]

class MaimaiScoreRank(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAIMAI_SCORE_RANK_UNSPECIFIED: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_D: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_C: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_B: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_BB: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_BBB: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_A: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_AA: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_AAA: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_S: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_S_PLUS: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_SS: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_SS_PLUS: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_SSS: _ClassVar[MaimaiScoreRank]
    MAIMAI_SCORE_RANK_SSS_PLUS: _ClassVar[MaimaiScoreRank]
MAIMAI_LEVEL_UNSPECIFIED: MaimaiLevel
MAIMAI_LEVEL_BASIC: MaimaiLevel
MAIMAI_LEVEL_ADVANCED: MaimaiLevel
MAIMAI_LEVEL_EXPERT: MaimaiLevel
MAIMAI_LEVEL_MASTER: MaimaiLevel
MAIMAI_LEVEL_REMASTER: MaimaiLevel
MAIMAI_LEVEL_UTAGE: MaimaiLevel
MAIMAI_COMBO_STATUS_UNSPECIFIED: MaimaiComboStatus
MAIMAI_COMBO_STATUS_NONE: MaimaiComboStatus
MAIMAI_COMBO_STATUS_FULL_COMBO: MaimaiComboStatus
MAIMAI_COMBO_STATUS_FULL_COMBO_PLUS: MaimaiComboStatus
MAIMAI_COMBO_STATUS_ALL_PERFECT: MaimaiComboStatus
MAIMAI_COMBO_STATUS_ALL_PERFECT_PLUS: MaimaiComboStatus
MAIMAI_SYNC_STATUS_UNSPECIFIED: MaimaiSyncStatus
MAIMAI_SYNC_STATUS_NONE: MaimaiSyncStatus
MAIMAI_SYNC_STATUS_FULL_SYNC: MaimaiSyncStatus
MAIMAI_SYNC_STATUS_FULL_SYNC_PLUS: MaimaiSyncStatus
MAIMAI_SYNC_STATUS_FULL_SYNC_DX: MaimaiSyncStatus
MAIMAI_SYNC_STATUS_FULL_SYNC_DX_PLUS: MaimaiSyncStatus
MAIMAI_SCORE_RANK_UNSPECIFIED: MaimaiScoreRank
MAIMAI_SCORE_RANK_D: MaimaiScoreRank
MAIMAI_SCORE_RANK_C: MaimaiScoreRank
MAIMAI_SCORE_RANK_B: MaimaiScoreRank
MAIMAI_SCORE_RANK_BB: MaimaiScoreRank
MAIMAI_SCORE_RANK_BBB: MaimaiScoreRank
MAIMAI_SCORE_RANK_A: MaimaiScoreRank
MAIMAI_SCORE_RANK_AA: MaimaiScoreRank
MAIMAI_SCORE_RANK_AAA: MaimaiScoreRank
MAIMAI_SCORE_RANK_S: MaimaiScoreRank
MAIMAI_SCORE_RANK_S_PLUS: MaimaiScoreRank
MAIMAI_SCORE_RANK_SS: MaimaiScoreRank
MAIMAI_SCORE_RANK_SS_PLUS: MaimaiScoreRank
MAIMAI_SCORE_RANK_SSS: MaimaiScoreRank
MAIMAI_SCORE_RANK_SSS_PLUS: MaimaiScoreRank

class GetPlaylogRequest(_message.Message):
    __slots__ = ("profile_api_id", "last_user_play_date", "limit")
    PROFILE_API_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_USER_PLAY_DATE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    profile_api_id: str
    last_user_play_date: str
    limit: int
    def __init__(self, profile_api_id: _Optional[str] = ..., last_user_play_date: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class GetPlaylogStreamItem(_message.Message):
    __slots__ = ("playlog_api_id", "info", "judge")
    PLAYLOG_API_ID_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    JUDGE_FIELD_NUMBER: _ClassVar[int]
    playlog_api_id: str
    info: PlaylogInfo
    judge: PlaylogJudge
    def __init__(self, playlog_api_id: _Optional[str] = ..., info: _Optional[_Union[PlaylogInfo, _Mapping]] = ..., judge: _Optional[_Union[PlaylogJudge, _Mapping]] = ...) -> None: ...

class PlaylogInfo(_message.Message):
    __slots__ = ("music_id", "level", "achievement", "deluxscore", "score_rank", "combo_status", "sync_status", "is_clear", "is_achieve_new_record", "is_deluxscore_new_record", "track", "user_play_date")
    MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    ACHIEVEMENT_FIELD_NUMBER: _ClassVar[int]
    DELUXSCORE_FIELD_NUMBER: _ClassVar[int]
    SCORE_RANK_FIELD_NUMBER: _ClassVar[int]
    COMBO_STATUS_FIELD_NUMBER: _ClassVar[int]
    SYNC_STATUS_FIELD_NUMBER: _ClassVar[int]
    IS_CLEAR_FIELD_NUMBER: _ClassVar[int]
    IS_ACHIEVE_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    IS_DELUXSCORE_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    USER_PLAY_DATE_FIELD_NUMBER: _ClassVar[int]
    music_id: int
    level: MaimaiLevel
    achievement: int
    deluxscore: int
    score_rank: MaimaiScoreRank
    combo_status: MaimaiComboStatus
    sync_status: MaimaiSyncStatus
    is_clear: bool
    is_achieve_new_record: bool
    is_deluxscore_new_record: bool
    track: int
    user_play_date: str
    def __init__(self, music_id: _Optional[int] = ..., level: _Optional[_Union[MaimaiLevel, str]] = ..., achievement: _Optional[int] = ..., deluxscore: _Optional[int] = ..., score_rank: _Optional[_Union[MaimaiScoreRank, str]] = ..., combo_status: _Optional[_Union[MaimaiComboStatus, str]] = ..., sync_status: _Optional[_Union[MaimaiSyncStatus, str]] = ..., is_clear: _Optional[bool] = ..., is_achieve_new_record: _Optional[bool] = ..., is_deluxscore_new_record: _Optional[bool] = ..., track: _Optional[int] = ..., user_play_date: _Optional[str] = ...) -> None: ...

class PlaylogJudge(_message.Message):
    __slots__ = ("judge_critical_perfect", "judge_perfect", "judge_great", "judge_good", "judge_miss", "max_combo", "fast_count", "late_count")
    JUDGE_CRITICAL_PERFECT_FIELD_NUMBER: _ClassVar[int]
    JUDGE_PERFECT_FIELD_NUMBER: _ClassVar[int]
    JUDGE_GREAT_FIELD_NUMBER: _ClassVar[int]
    JUDGE_GOOD_FIELD_NUMBER: _ClassVar[int]
    JUDGE_MISS_FIELD_NUMBER: _ClassVar[int]
    MAX_COMBO_FIELD_NUMBER: _ClassVar[int]
    FAST_COUNT_FIELD_NUMBER: _ClassVar[int]
    LATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    judge_critical_perfect: int
    judge_perfect: int
    judge_great: int
    judge_good: int
    judge_miss: int
    max_combo: int
    fast_count: int
    late_count: int
    def __init__(self, judge_critical_perfect: _Optional[int] = ..., judge_perfect: _Optional[int] = ..., judge_great: _Optional[int] = ..., judge_good: _Optional[int] = ..., judge_miss: _Optional[int] = ..., max_combo: _Optional[int] = ..., fast_count: _Optional[int] = ..., late_count: _Optional[int] = ...) -> None: ...
