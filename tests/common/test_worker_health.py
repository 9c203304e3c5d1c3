"""What workers write down of themselves is read, and believed while it is fresh."""

from __future__ import annotations

import os
import time
from pathlib import Path

import orjson
import pytest

from common.worker_health import FRESH, SILENT, HealthFile, WorkerHealth, read_all
from tests.support.small_disk import MayNotMountError, small_disk


def write(folder: Path, name: str, **content: object) -> None:
    said = {"pid": os.getpid(), "problem": None, "at": time.monotonic(), **content}
    (folder / f"{name}.json").write_bytes(orjson.dumps(said))


def test_what_a_worker_writes_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    HealthFile(str(folder), "celery@host/1").write(None)
    HealthFile(str(folder), "other@host").write("Redis does not answer")
    assert read_all(str(folder)) == [
        WorkerHealth("celery@host_1", None),
        WorkerHealth("other@host", "Redis does not answer"),
    ]


def test_without_a_folder_there_is_no_worker(tmp_path: Path) -> None:
    assert read_all(str(tmp_path / "none")) == []


@pytest.mark.parametrize(
    ("age", "problem", "silent"),
    [(1, False, False), (FRESH + 1, True, False), (SILENT + 1, True, True), (-60, True, False)],
)
def test_old_words_count_no_more(tmp_path: Path, age: float, problem: bool, silent: bool) -> None:
    write(tmp_path, "one", at=time.monotonic() - age)
    (worker,) = read_all(str(tmp_path))
    assert (worker.problem is not None, worker.silent) == (problem, silent)


def test_a_dead_worker_is_none(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    write(tmp_path, "one", pid=child)
    assert read_all(str(tmp_path)) == []


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"pid": "x"}'])
def test_a_file_that_cannot_be_read_is_a_worker_that_is_not_well(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "one.json").write_bytes(content)
    (worker,) = read_all(str(tmp_path))
    assert worker.problem is not None


def test_on_a_full_disk_a_worker_goes_on_saying_how_it_is() -> None:
    try:
        with small_disk("64k") as disk:
            said = HealthFile(str(disk.place), "celery@host")
            said.write("the broker does not answer, and neither does anybody else")
            disk.fill()
            said.write(None)
            assert read_all(str(disk.place)) == [WorkerHealth("celery@host", None)]
            said.write("the broker does not answer")
            assert read_all(str(disk.place)) == [
                WorkerHealth("celery@host", "the broker does not answer")
            ]
    except MayNotMountError as problem:
        pytest.skip(str(problem))
