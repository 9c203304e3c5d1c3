from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChunithmLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHUNITHM_LEVEL_UNSPECIFIED: _ClassVar[ChunithmLevel]
    CHUNITHM_LEVEL_BASIC: _ClassVar[ChunithmLevel]
    CHUNITHM_LEVEL_ADVANCED: _ClassVar[ChunithmLevel]
    CHUNITHM_LEVEL_EXPERT: _ClassVar[ChunithmLevel]
    CHUNITHM_LEVEL_MASTER: _ClassVar[ChunithmLevel]
    CHUNITHM_LEVEL_ULTIMA: _ClassVar[ChunithmLevel]
    CHUNITHM_LEVEL_WORLDS_END: _ClassVar[ChunithmLevel]

class ChunithmClearStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHUNITHM_CLEAR_STATUS_UNSPECIFIED: _ClassVar[ChunithmClearStatus]
    CHUNITHM_CLEAR_STATUS_FAILED: _ClassVar[ChunithmClearStatus]
    CHUNITHM_CLEAR_STATUS_CLEAR: _ClassVar[ChunithmClearStatus]
    CHUNITHM_CLEAR_STATUS_HARD: _ClassVar[ChunithmClearStatus]
    CHUNITHM_CLEAR_STATUS_ABSOLUTE: _ClassVar[ChunithmClearStatus]
    CHUNITHM_CLEAR_STATUS_ABSOLUTE_PLUS: _ClassVar[ChunithmClearStatus]
    CHUNITHM_CLEAR_STATUS_CATASTROPHY: _ClassVar[ChunithmClearStatus]

class ChunithmComboStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHUNITHM_COMBO_STATUS_UNSPECIFIED: _ClassVar[ChunithmComboStatus]
    CHUNITHM_COMBO_STATUS_NONE: _ClassVar[ChunithmComboStatus]
    CHUNITHM_COMBO_STATUS_FULL_COMBO: _ClassVar[ChunithmComboStatus]
    CHUNITHM_COMBO_STATUS_ALL_JUSTICE: _ClassVar[ChunithmComboStatus]
    CHUNITHM_COMBO_STATUS_ALL_JUSTICE_CRITICAL: _ClassVar[ChunithmComboStatus]

class ChunithmFullChainStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHUNITHM_FULL_CHAIN_STATUS_UNSPECIFIED: _ClassVar[ChunithmFullChainStatus]
    CHUNITHM_FULL_CHAIN_STATUS_NONE: _ClassVar[ChunithmFullChainStatus]
    CHUNITHM_FULL_CHAIN_STATUS_FULL_CHAIN_FC: _ClassVar[ChunithmFullChainStatus]
    CHUNITHM_FULL_CHAIN_STATUS_FULL_CHAIN_AJ: _ClassVar[ChunithmFullChainStatus]

class ChunithmScoreRank(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHUNITHM_SCORE_RANK_UNSPECIFIED: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_D: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_C: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_B: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_BB: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_BBB: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_A: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_AA: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_AAA: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_S: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_S_PLUS: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_SS: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_SS_PLUS: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_SSS: _ClassVar[ChunithmScoreRank]
    CHUNITHM_SCORE_RANK_SSS_PLUS: _ClassVar[ChunithmScoreRank]
CHUNITHM_LEVEL_UNSPECIFIED: ChunithmLevel
CHUNITHM_LEVEL_BASIC: ChunithmLevel
CHUNITHM_LEVEL_ADVANCED: ChunithmLevel
CHUNITHM_LEVEL_EXPERT: ChunithmLevel
CHUNITHM_LEVEL_MASTER: ChunithmLevel
CHUNITHM_LEVEL_ULTIMA: ChunithmLevel
CHUNITHM_LEVEL_WORLDS_END: ChunithmLevel
CHUNITHM_CLEAR_STATUS_UNSPECIFIED: ChunithmClearStatus
CHUNITHM_CLEAR_STATUS_FAILED: ChunithmClearStatus
CHUNITHM_CLEAR_STATUS_CLEAR: ChunithmClearStatus
CHUNITHM_CLEAR_STATUS_HARD: ChunithmClearStatus
CHUNITHM_CLEAR_STATUS_ABSOLUTE: ChunithmClearStatus
CHUNITHM_CLEAR_STATUS_ABSOLUTE_PLUS: ChunithmClearStatus
CHUNITHM_CLEAR_STATUS_CATASTROPHY: ChunithmClearStatus
CHUNITHM_COMBO_STATUS_UNSPECIFIED: ChunithmComboStatus
CHUNITHM_COMBO_STATUS_NONE: ChunithmComboStatus
CHUNITHM_COMBO_STATUS_FULL_COMBO: ChunithmComboStatus
CHUNITHM_COMBO_STATUS_ALL_JUSTICE: ChunithmComboStatus
CHUNITHM_COMBO_STATUS_ALL_JUSTICE_CRITICAL: ChunithmComboStatus
CHUNITHM_FULL_CHAIN_STATUS_UNSPECIFIED: ChunithmFullChainStatus
CHUNITHM_FULL_CHAIN_STATUS_NONE: ChunithmFullChainStatus
CHUNITHM_FULL_CHAIN_STATUS_FULL_CHAIN_FC: ChunithmFullChainStatus
CHUNITHM_FULL_CHAIN_STATUS_FULL_CHAIN_AJ: ChunithmFullChainStatus
CHUNITHM_SCORE_RANK_UNSPECIFIED: ChunithmScoreRank
CHUNITHM_SCORE_RANK_D: ChunithmScoreRank
CHUNITHM_SCORE_RANK_C: ChunithmScoreRank
CHUNITHM_SCORE_RANK_B: ChunithmScoreRank
CHUNITHM_SCORE_RANK_BB: ChunithmScoreRank
CHUNITHM_SCORE_RANK_BBB: ChunithmScoreRank
CHUNITHM_SCORE_RANK_A: ChunithmScoreRank
CHUNITHM_SCORE_RANK_AA: ChunithmScoreRank
CHUNITHM_SCORE_RANK_AAA: ChunithmScoreRank
CHUNITHM_SCORE_RANK_S: ChunithmScoreRank
CHUNITHM_SCORE_RANK_S_PLUS: ChunithmScoreRank
CHUNITHM_SCORE_RANK_SS: ChunithmScoreRank
CHUNITHM_SCORE_RANK_SS_PLUS: ChunithmScoreRank
CHUNITHM_SCORE_RANK_SSS: ChunithmScoreRank
CHUNITHM_SCORE_RANK_SSS_PLUS: ChunithmScoreRank

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
    __slots__ = ("music_id", "level", "score", "score_rank", "combo_status", "full_chain_status", "clear_status", "is_new_record", "track", "user_play_date")
    MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SCORE_RANK_FIELD_NUMBER: _ClassVar[int]
    COMBO_STATUS_FIELD_NUMBER: _ClassVar[int]
    FULL_CHAIN_STATUS_FIELD_NUMBER: _ClassVar[int]
    CLEAR_STATUS_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    USER_PLAY_DATE_FIELD_NUMBER: _ClassVar[int]
    music_id: int
    level: ChunithmLevel
    score: int
    score_rank: ChunithmScoreRank
    combo_status: ChunithmComboStatus
    full_chain_status: ChunithmFullChainStatus
    clear_status: ChunithmClearStatus
    is_new_record: bool
    track: int
    user_play_date: str
    def __init__(self, music_id: _Optional[int] = ..., level: _Optional[_Union[ChunithmLevel, str]] = ..., score: _Optional[int] = ..., score_rank: _Optional[_Union[ChunithmScoreRank, str]] = ..., combo_status: _Optional[_Union[ChunithmComboStatus, str]] = ..., full_chain_status: _Optional[_Union[ChunithmFullChainStatus, str]] = ..., clear_status: _Optional[_Union[ChunithmClearStatus, str]] = ..., is_new_record: _Optional[bool] = ..., track: _Optional[int] = ..., user_play_date: _Optional[str] = ...) -> None: ...

class PlaylogJudge(_message.Message):
    __slots__ = ("judge_heaven", "judge_critical", "judge_justice", "judge_attack", "judge_miss", "max_combo")
    JUDGE_HEAVEN_FIELD_NUMBER: _ClassVar[int]
    JUDGE_CRITICAL_FIELD_NUMBER: _ClassVar[int]
    JUDGE_JUSTICE_FIELD_NUMBER: _ClassVar[int]
    JUDGE_ATTACK_FIELD_NUMBER: _ClassVar[int]
    JUDGE_MISS_FIELD_NUMBER: _ClassVar[int]
    MAX_COMBO_FIELD_NUMBER: _ClassVar[int]
    judge_heaven: int
    judge_critical: int
    judge_justice: int
    judge_attack: int
    judge_miss: int
    max_combo: int
    def __init__(self, judge_heaven: _Optional[int] = ..., judge_critical: _Optional[int] = ..., judge_justice: _Optional[int] = ..., judge_attack: _Optional[int] = ..., judge_miss: _Optional[int] = ..., max_combo: _Optional[int] = ...) -> None: ...
