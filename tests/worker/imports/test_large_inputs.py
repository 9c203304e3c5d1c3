"""A file as large as the API takes is imported in bounded memory, whatever its type.

Each import runs in a process of its own, as a worker would run it, so that its peak of memory
can be read off at the end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from api.http.uploads import FILE_LIMIT
from tests.support.importer import Importer
from tests.support.stack import ROOT
from worker.import_types import registry

MEMORY_LIMIT = 400  # MiB of a worker process, at its peak
SIZE = FILE_LIMIT - 1  # bytes; one more is refused


# Runs a job and tells what it took. Progress is counted where it is written.
CHILD = """
import json, resource, sys, time
from common.jobs import progress
from common.settings import load_settings
from worker import runner
from worker.runtime import make_runtime

told = []
write = progress.write_progress
progress.write_progress = lambda *args: (told.append(args[-1]), write(*args))
settings = json.loads(sys.argv[1])
runtime = make_runtime(load_settings(settings))
runner.run(runtime, int(sys.argv[2]), sys.argv[3])
if sys.platform == "linux":
    # Not ru_maxrss: that of a process begins with what its parent had when it forked.
    status = open("/proc/self/status").read()
    mib = int(status.split("VmHWM:")[1].split()[0]) / 1024
else:
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({"mib": mib, "told": told}))
"""


def repeated(line: Callable[[int], str], start: str, end: str = "", between: str = "") -> bytes:
    """As many lines as fit into the largest file."""
    lines, room = [], SIZE - len(start.encode()) - len(end.encode())
    while True:
        text = line(len(lines)) + between
        room -= len(text.encode())
        if room < 0:
            break
        lines.append(text)
    return f"{start}{''.join(lines).removesuffix(between)}{end}".encode()


def manual_score(number: int) -> str:
    return json.dumps(
        {
            "score": 8_000_000 + number,
            "lamp": "CLEAR",
            "matchType": "songTitle",
            "identifier": "Lighthouse Signal",
            "difficulty": "ADV",
            "timeAchieved": 1_700_000_000_000 + 60_000 * number,
            "judgements": {"critical": 900, "near": 30, "miss": 4},
            "optional": {"fast": 12, "slow": 18, "maxCombo": 700},
            "comment": "Generated, one of many of its kind.",
        }
    )


def batch_manual() -> bytes:
    meta = '{"meta": {"game": "sdvx", "playtype": "Single", "service": "tests"}, "scores": ['
    return repeated(manual_score, meta, "]}", ",")


def iidx_row(number: int) -> str:
    exscore = number % 1500
    unplayed = "0,0,0,0,---,NO PLAY,---"
    played = f"8,{exscore},{exscore // 2},{exscore % 2},12,HARD CLEAR,AAA"
    blocks = ",".join([unplayed, unplayed, played, unplayed, unplayed])
    return f"Rootage,Glass Harbour,GENRE,Nils Okada,{number},{blocks},2020-01-02 03:04\n"


def iidx_csv() -> bytes:
    return repeated(iidx_row, "h" + 40 * "," + "\n")


def sdvx_csv() -> bytes:
    """Personal bests: with as many as the game has charts, a file begins to repeat itself."""
    header = "楽曲名,難易度,楽曲レベル,クリアランク,スコアグレード,ハイスコア,EXスコア,a,b,c,d\n"
    return repeated(
        lambda number: f"灯台信号,ADVANCED,11,COMPLETE,AA,{number % 6_000},0,3,2,0,0\n", header
    )


def solid_state_squad() -> bytes:
    return repeated(
        lambda number: (
            f"""
    <song>
        <id>187</id><diff>7</diff>
        <songname><![CDATA[Glass Harbour]]></songname><artist><![CDATA[Nils Okada]]></artist>
        <genre><![CDATA[GENRE]]></genre><bpm>174</bpm><styles>9th,emp</styles>
        <rating>9</rating><notes>860</notes><exscore>{number % 1700}</exscore><grade>AA</grade>
        <djpoints>9</djpoints>
        <scorebreakdown>
            <justgreats>{number % 1700 // 2}</justgreats><greats>{number % 2}</greats>
            <good>0</good><bad>0</bad><poor>4</poor>
        </scorebreakdown>
        <mods><highspeed>2</highspeed><hidsud>T</hidsud><hardeasy>H</hardeasy></mods>
        <cleartype>cleared</cleartype><date>2010-10-19 04:54:{number % 60:02}</date>
    </song>"""
        ),
        "<s3data><userdata><id>3</id><login>a</login><djname>A</djname></userdata><scoredata>",
        "</scoredata></s3data>",
    )


def records_csv() -> bytes:
    """Personal bests, like those of SOUND VOLTEX."""
    header = (
        "music_id,music_title,music_artist,music_genre,music_levels,music_play_counts,"
        "music_scores,music_achieves\n"
    )
    return repeated(
        lambda number: (
            '9102,"Left, Right, Round Again",Station Keepers,2,"[4,7+,10,0]","[1,0,5]",'
            f'"[{number % 1_500 + 1},0,{number % 1_500 + 2}]","[1,0,1]"\n'
        ),
        header,
    )


def player_csv() -> bytes:
    start = 'player_name,player_stage\n"'
    return repeated(lambda _: "someone ", start, '","[9,ステージIX,2]"\n')


def manual_file(item: Callable[[int], str]) -> Callable[[], bytes]:
    meta = '{"meta":{"game":"sdvx","playtype":"Single","service":"tests"},"scores":['
    return lambda: repeated(item, meta, "]}", ",")


def least(start: str) -> Callable[[int], str]:
    """As little as a score can be made of: there are as many as can be in a file."""
    return lambda number: start % number + '"matchType":"songTitle","difficulty":"ADV"}'


SONG = '"identifier":"Lighthouse Signal",'

# What takes most memory for its size as BATCH-MANUAL, and whether it is imported at all.
HARDEST: dict[str, tuple[Callable[[], bytes], bool]] = {
    "scores": (manual_file(least('{"score":%d,"lamp":"FAILED",' + SONG)), True),
    "scores not quickly read": (manual_file(least('{"score":%d.0,"lamp":"FAILED",' + SONG)), True),
    "orphans": (manual_file(least('{"score":1,"lamp":"FAILED","identifier":"%d",')), True),
    "invalid scores": (manual_file(least('{"score":-1%d,"lamp":"FAILED",' + SONG)), False),
    "empty lists": (manual_file(lambda _: "[]"), False),
    "nested lists": (manual_file(lambda _: 100 * "[" + 100 * "]"), False),
    "short texts": (manual_file(lambda number: f'"{number % 4096:x}"'), False),
    "numbers": (manual_file(lambda number: f"{number % 10}.5"), False),
    "one object": (lambda: repeated(lambda number: f'"{number:x}":0', "{", "}", ","), False),
}


FILES: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "file/batch-manual": (batch_manual, {}),
    "file/eamusement-iidx-csv": (iidx_csv, {"playtype": "SP"}),
    "file/pli-iidx-csv": (iidx_csv, {"playtype": "SP"}),
    "file/eamusement-sdvx-csv": (sdvx_csv, {}),
    "file/solid-state-squad": (solid_state_squad, {}),
    "file/mypagescraper-records-csv": (records_csv, {}),
    "file/mypagescraper-player-csv": (player_csv, {}),
}


def test_every_type_of_file_is_among_these() -> None:
    assert set(FILES) == set(registry.UPLOADED_TYPES)


@pytest.mark.long
@pytest.mark.parametrize("import_type", [name for name in FILES if "pli" not in name])
def test_the_largest_file_is_imported_in_bounded_memory(
    importer: Importer, import_type: str
) -> None:
    generate, fields = FILES[import_type]
    job_id = importer.accept(generate(), import_type, **fields)

    took = run_apart(importer, job_id)

    job = importer.query("SELECT state, error_message FROM jobs WHERE job_id = :id", id=job_id)
    assert job == [("completed", None)]
    assert took["mib"] < MEMORY_LIMIT
    holds_scores = import_type != "file/mypagescraper-player-csv"
    assert len(set(took["told"])) >= (3 if holds_scores else 2)


@pytest.mark.long
@pytest.mark.parametrize("content", HARDEST)
def test_nothing_of_that_size_takes_more_memory_than_it_may(
    importer: Importer, content: str
) -> None:
    generate, is_imported = HARDEST[content]
    job_id = importer.accept(generate())

    took = run_apart(importer, job_id)

    state, status = importer.query(
        "SELECT state, error_status FROM jobs WHERE job_id = :id", id=job_id
    )[0]
    assert (state, status) == (("completed", None) if is_imported else ("failed", 400))
    assert took["mib"] < MEMORY_LIMIT


def run_apart(importer: Importer, job_id: str) -> Any:
    settings = importer.runtime.settings
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "OUR_URL": settings.our_url,
    }
    child = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(environment), str(importer.user_id), job_id],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout)
