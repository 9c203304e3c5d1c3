from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import InvalidScore
from worker.import_types.reading.timestamps import JST, parse_date

OCTOBER = datetime(2019, 10, 28, 14, 5, tzinfo=UTC)


def ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-10-28 14:05", OCTOBER),
        ("2019/10/28 14:05", OCTOBER),
        ("2019-10-28T14:05", OCTOBER),
        ("2019-10-28T14:05:00Z", OCTOBER),
        ("2019-10-28T14:05:33.120Z", OCTOBER.replace(second=33, microsecond=120_000)),
        ("2019-10-28 14:05:33.123", OCTOBER.replace(second=33, microsecond=123_000)),
        ("2019-10-28 14:05:33.123999", OCTOBER.replace(second=33, microsecond=123_999)),
        ("2019-10-28T14:05:00+09:00", OCTOBER.replace(hour=5)),
        ("2019-10-28 14:05 +0900", OCTOBER.replace(hour=5)),
        ("2019-10-28T14:05-02:30", OCTOBER.replace(hour=16, minute=35)),
        ("2019-10-28 14:05:00.123456+09", OCTOBER.replace(hour=5, microsecond=123_456)),
        ("2019.10.28 14:05-03", OCTOBER.replace(hour=17)),
        ("2019-10-28", OCTOBER.replace(hour=0, minute=0)),
        ("2019-1-5 4:05", datetime(2019, 1, 5, 4, 5, tzinfo=UTC)),
        ("Tue, 27 Apr 2021 21:35:35 GMT", datetime(2021, 4, 27, 21, 35, 35, tzinfo=UTC)),
        ("1969-12-30 23:59:59.999", datetime(1969, 12, 30, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("２０１９-１０-２８ １４:０５", OCTOBER),
        ("2019年10月28日 14:05", OCTOBER),
        ("2019年10月28日14時05分", OCTOBER),
        ("2019年10月28日 14時5分0秒", OCTOBER),
        ("2019年1月5日", datetime(2019, 1, 5, tzinfo=UTC)),
        ("2026/9/6 5:3", datetime(2026, 9, 6, 5, 3, tzinfo=UTC)),
        ("2019-10-28  14:05", OCTOBER),
        ("2019.10.28 14:05", OCTOBER),
        ("2019/10/28 2:05 PM", OCTOBER),
        ("2019/10/28 午後2:05", OCTOBER),
        ("2019年10月28日 午前0時05分", OCTOBER.replace(hour=0)),
        ("2019-10-28 12:05 am", OCTOBER.replace(hour=0)),
        ("2019-10-28 14:05 UTC", OCTOBER),
        ("2019-10-28 23:05 JST", OCTOBER),
        # Only one of them can be a month.
        ("10/28/2019 2:05 PM", OCTOBER),
        ("28/10/2019 14:05", OCTOBER),
        ("28.10.2019, 14:05", OCTOBER),
        ("28-10-2019T14:05", OCTOBER),
        ("5/5/2019", datetime(2019, 5, 5, tzinfo=UTC)),
        ("28 Oct 2019 14:05", OCTOBER),
        ("28-OCT-2019 14:05", OCTOBER),
        ("Oct 28, 2019, 2:05 PM", OCTOBER),
        ("Monday, October 28, 2019 14:05", OCTOBER),
        ("Mon Oct 28 14:05:00 2019", OCTOBER),
        ("Mon Oct 28 23:05:00 JST 2019", OCTOBER),
        ("Mon Oct 28 02:05:00 PM UTC 2019", OCTOBER),
        ("Sat Jan  5 04:05:00 2019", datetime(2019, 1, 5, 4, 5, tzinfo=UTC)),
        ("Mon Oct 28 2019 23:05:00 GMT+0900 (Japan Standard Time)", OCTOBER),
    ],
)
def test_times_are_read(text: str, moment: datetime) -> None:
    assert parse_date(text, UTC) == ms(moment)


def test_a_time_without_zone_is_in_the_zone_given() -> None:
    assert parse_date("2019-10-28 14:05", JST) == 1572239100000
    assert parse_date("2019-10-28T14:05Z", JST) == ms(OCTOBER)


@pytest.mark.parametrize("text", [None, ""])
def test_no_text_is_no_time(text: str | None) -> None:
    assert parse_date(text, UTC) is None


@pytest.mark.parametrize(
    "text",
    [
        "2020-13-01 00:00",
        "2020-02-30 10:00",
        "2019-10-28 24:00",
        "2019-10-28 14:60",
        "19-10-28 14:05",
        "2019-10/28 14:05",
        "2019-10-28T14:05:00+24:00",
        "2019-10-28T14:05:00+9",
        "Mon Oct 28 23:05:00 CST 2019",
        "2019-10-28 14",
        " 2019-10-28",
        "2019-10-28\n",
        "٢٠١٩-10-28",
        "0000-01-01",
        '"2019-10-28"',
        "1609459200000",
        "2019",
        "0",
        "foo 2019",
        "INVALID",
        "---",
        "2019-10-28 13:05 PM",
        "2019-10-28 AM 1:05 PM",
        "28/13/2019",
        "31/6/2019",
        "28-Oct-19",
        "10/28/19",
        "28 Okt 2019",
        "43766.5868",
        "########",
        "Tue, 32 Apr 2021 21:35:35 GMT",
        "Tue, 27 Foo 2021 21:35:35 GMT",
        "Tue, 27 Apr 2021 21:35:35 PST",
    ],
)
def test_what_names_no_point_in_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidScore) as failure:
        parse_date(text, UTC)

    assert failure.value.message == f"Invalid/Unparsable score timestamp of {text}."


@pytest.mark.parametrize(
    "text", ["10/5/2019", "05/10/2019 14:05", "5.10.2019", "12-1-2019 2:05 PM"]
)
def test_a_day_that_may_be_another_is_never_guessed(text: str) -> None:
    with pytest.raises(InvalidScore, match="may be either of two days"):
        parse_date(text, UTC)


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(9999, 12, 31)),
    st.sampled_from("/.-"),
    st.sampled_from([("%m", "%d"), ("%d", "%m")]),
)
def test_a_day_in_either_order_is_that_day_or_refused(
    moment: datetime, mark: str, order: tuple[str, str]
) -> None:
    text = moment.strftime(mark.join((*order, "%Y")) + " %I:%M:%S %p")
    expected = ms(moment.replace(microsecond=0, tzinfo=UTC))
    if moment.day > 12 or moment.day == moment.month:
        assert parse_date(text, UTC) == expected
    else:
        with pytest.raises(InvalidScore, match="either"):
            parse_date(text, UTC)


@given(st.datetimes(), st.sampled_from("T "))
@example(datetime(1970, 1, 1, 0, 0, 0, 1000), "T")
def test_every_iso_time_is_read_to_the_millisecond(moment: datetime, separator: str) -> None:
    text = moment.isoformat(separator, "milliseconds")

    time = ms(moment.replace(tzinfo=UTC))

    # A day around the epoch is no time.
    assert parse_date(text, UTC) == (time if abs(time) > 86_400_000 else None)


@given(st.text(st.sampled_from("0123456789-/:. TZ+GMTueApr,"), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidScore):
        assert (parse_date(text, JST) is None) == (text == "" or text.startswith("0000"))


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01T00:00:00.000Z",
        "1970-01-01 00:00",
        "1970/01/01 09:00",
        "1970-01-01",
        # Of databases, of programs, of spreadsheets.
        "0000-00-00 00:00:00",
        "0000/00/00",
        "0001-01-01T00:00:00",
        "0001/1/1 0:00:00",
        "1900/1/0 0:00",
        "1/0/1900",
        "00/01/1900 00:00",
    ],
)
@pytest.mark.parametrize("zone", [UTC, JST])
def test_what_stands_for_no_time_is_none(text: str, zone: tzinfo) -> None:
    assert parse_date(text, zone) is None
