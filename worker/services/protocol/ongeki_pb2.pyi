from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OngekiLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ONGEKI_LEVEL_UNSPECIFIED: _ClassVar[OngekiLevel]
    ONGEKI_LEVEL_BASIC: _ClassVar[OngekiLevel]
    ONGEKI_LEVEL_ADVANCED: _ClassVar[OngekiLevel]
    ONGEKI_LEVEL_EXPERT: _ClassVar[OngekiLevel]
    ONGEKI_LEVEL_MASTER: _ClassVar[OngekiLevel]
    ONGEKI_LEVEL_LUNATIC: _ClassVar[OngekiLevel]

class OngekiClearStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ONGEKI_CLEAR_STATUS_UNSPECIFIED: _ClassVar[OngekiClearStatus]
    ONGEKI_CLEAR_STATUS_FAILED: _ClassVar[OngekiClearStatus]
    ONGEKI_CLEAR_STATUS_CLEARED: _ClassVar[OngekiClearStatus]
    ONGEKI_CLEAR_STATUS_OVER_DAMAGE: _ClassVar[OngekiClearStatus]

class OngekiComboStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ONGEKI_COMBO_STATUS_UNSPECIFIED: _ClassVar[OngekiComboStatus]
    ONGEKI_COMBO_STATUS_NONE: _ClassVar[OngekiComboStatus]
    ONGEKI_COMBO_STATUS_FULL_COMBO: _ClassVar[OngekiComboStatus]
    ONGEKI_COMBO_STATUS_ALL_BREAK: _ClassVar[OngekiComboStatus]

class OngekiTechScoreRank(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ONGEKI_TECH_SCORE_RANK_UNSPECIFIED: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_D: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_C: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_B: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_BB: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_BBB: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_A: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_AA: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_AAA: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_S: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_S_PLUS: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_SS: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_SS_PLUS: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_SSS: _ClassVar[OngekiTechScoreRank]
    ONGEKI_TECH_SCORE_RANK_SSS_PLUS: _ClassVar[OngekiTechScoreRank]

class OngekiBattleScoreRank(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ONGEKI_BATTLE_SCORE_RANK_UNSPECIFIED: _ClassVar[OngekiBattleScoreRank]
    ONGEKI_BATTLE_SCORE_RANK_NO_GOOD: _ClassVar[OngekiBattleScoreRank]
    ONGEKI_BATTLE_SCORE_RANK_USUALLY: _ClassVar[OngekiBattleScoreRank]
    ONGEKI_BATTLE_SCORE_RANK_GOOD: _ClassVar[OngekiBattleScoreRank]
    ONGEKI_BATTLE_SCORE_RANK_GREAT: _ClassVar[OngekiBattleScoreRank]
    ONGEKI_BATTLE_SCORE_RANK_EXCELLENT: _ClassVar[OngekiBattleScoreRank]
    ONGEKI_BATTLE_SCORE_RANK_UNBELIEVABLE: _ClassVar[OngekiBattleScoreRank]
ONGEKI_LEVEL_UNSPECIFIED: OngekiLevel
ONGEKI_LEVEL_BASIC: OngekiLevel
ONGEKI_LEVEL_ADVANCED: OngekiLevel
ONGEKI_LEVEL_EXPERT: OngekiLevel
ONGEKI_LEVEL_MASTER: OngekiLevel
ONGEKI_LEVEL_LUNATIC: OngekiLevel
ONGEKI_CLEAR_STATUS_UNSPECIFIED: OngekiClearStatus
ONGEKI_CLEAR_STATUS_FAILED: OngekiClearStatus
ONGEKI_CLEAR_STATUS_CLEARED: OngekiClearStatus
ONGEKI_CLEAR_STATUS_OVER_DAMAGE: OngekiClearStatus
ONGEKI_COMBO_STATUS_UNSPECIFIED: OngekiComboStatus
ONGEKI_COMBO_STATUS_NONE: OngekiComboStatus
ONGEKI_COMBO_STATUS_FULL_COMBO: OngekiComboStatus
ONGEKI_COMBO_STATUS_ALL_BREAK: OngekiComboStatus
ONGEKI_TECH_SCORE_RANK_UNSPECIFIED: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_D: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_C: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_B: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_BB: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_BBB: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_A: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_AA: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_AAA: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_S: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_S_PLUS: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_SS: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_SS_PLUS: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_SSS: OngekiTechScoreRank
ONGEKI_TECH_SCORE_RANK_SSS_PLUS: OngekiTechScoreRank
ONGEKI_BATTLE_SCORE_RANK_UNSPECIFIED: OngekiBattleScoreRank
ONGEKI_BATTLE_SCORE_RANK_NO_GOOD: OngekiBattleScoreRank
ONGEKI_BATTLE_SCORE_RANK_USUALLY: OngekiBattleScoreRank
ONGEKI_BATTLE_SCORE_RANK_GOOD: OngekiBattleScoreRank
ONGEKI_BATTLE_SCORE_RANK_GREAT: OngekiBattleScoreRank
ONGEKI_BATTLE_SCORE_RANK_EXCELLENT: OngekiBattleScoreRank
ONGEKI_BATTLE_SCORE_RANK_UNBELIEVABLE: OngekiBattleScoreRank

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
    __slots__ = ("music_id", "level", "tech_score", "battle_score", "over_damage", "platinum_score", "tech_score_rank", "battle_score_rank", "combo_status", "clear_status", "is_full_bell", "is_tech_new_record", "is_battle_new_record", "is_over_damage_new_record", "user_play_date")
    MUSIC_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TECH_SCORE_FIELD_NUMBER: _ClassVar[int]
    BATTLE_SCORE_FIELD_NUMBER: _ClassVar[int]
    OVER_DAMAGE_FIELD_NUMBER: _ClassVar[int]
    PLATINUM_SCORE_FIELD_NUMBER: _ClassVar[int]
    TECH_SCORE_RANK_FIELD_NUMBER: _ClassVar[int]
    BATTLE_SCORE_RANK_FIELD_NUMBER: _ClassVar[int]
    COMBO_STATUS_FIELD_NUMBER: _ClassVar[int]
    CLEAR_STATUS_FIELD_NUMBER: _ClassVar[int]
    IS_FULL_BELL_FIELD_NUMBER: _ClassVar[int]
    IS_TECH_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    IS_BATTLE_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    IS_OVER_DAMAGE_NEW_RECORD_FIELD_NUMBER: _ClassVar[int]
    USER_PLAY_DATE_FIELD_NUMBER: _ClassVar[int]
    music_id: int
    level: OngekiLevel
    tech_score: int
    battle_score: int
    over_damage: int
    platinum_score: int
    tech_score_rank: OngekiTechScoreRank
    battle_score_rank: OngekiBattleScoreRank
    combo_status: OngekiComboStatus
    clear_status: OngekiClearStatus
    is_full_bell: bool
    is_tech_new_record: bool
    is_battle_new_record: bool
    is_over_damage_new_record: bool
    user_play_date: str
    def __init__(self, music_id: _Optional[int] = ..., level: _Optional[_Union[OngekiLevel, str]] = ..., tech_score: _Optional[int] = ..., battle_score: _Optional[int] = ..., over_damage: _Optional[int] = ..., platinum_score: _Optional[int] = ..., tech_score_rank: _Optional[_Union[OngekiTechScoreRank, str]] = ..., battle_score_rank: _Optional[_Union[OngekiBattleScoreRank, str]] = ..., combo_status: _Optional[_Union[OngekiComboStatus, str]] = ..., clear_status: _Optional[_Union[OngekiClearStatus, str]] = ..., is_full_bell: _Optional[bool] = ..., is_tech_new_record: _Optional[bool] = ..., is_battle_new_record: _Optional[bool] = ..., is_over_damage_new_record: _Optional[bool] = ..., user_play_date: _Optional[str] = ...) -> None: ...

class PlaylogJudge(_message.Message):
    __slots__ = ("judge_critical_break", "judge_break", "judge_hit", "judge_miss", "max_combo", "bell_count", "total_bell_count", "damage_count")
    JUDGE_CRITICAL_BREAK_FIELD_NUMBER: _ClassVar[int]
    JUDGE_BREAK_FIELD_NUMBER: _ClassVar[int]
    JUDGE_HIT_FIELD_NUMBER: _ClassVar[int]
    JUDGE_MISS_FIELD_NUMBER: _ClassVar[int]
    MAX_COMBO_FIELD_NUMBER: _ClassVar[int]
    BELL_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BELL_COUNT_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    judge_critical_break: int
    judge_break: int
    judge_hit: int
    judge_miss: int
    max_combo: int
    bell_count: int
    total_bell_count: int
    damage_count: int
    def __init__(self, judge_critical_break: _Optional[int] = ..., judge_break: _Optional[int] = ..., judge_hit: _Optional[int] = ..., judge_miss: _Optional[int] = ..., max_combo: _Optional[int] = ..., bell_count: _Optional[int] = ..., total_bell_count: _Optional[int] = ..., damage_count: _Optional[int] = ...) -> None: ...
