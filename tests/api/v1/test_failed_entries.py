"""Entries that failed, taken out of their file to be sent again."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from score_import_client import Submitted
from tests.support.http import Answer, Http, encode_multipart
from tests.support.stack import Player, Stack, batch_manual
from tests.worker.import_types.test_files_as_people_have_them import table, written
from worker.records import orphan_rows

pytestmark = pytest.mark.processes

SDVX = "file/eamusement-sdvx-csv"


def send(http: Http, player: Player, path: str, content: bytes, **form: str) -> Answer:
    content_type, body = encode_multipart(form, "scoreData", "f", content)
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {player.token}"}
    return http.request("POST", f"/api/v1{path}", body, headers)


def imported(player: Player, content: Any, import_type: str) -> dict[str, Any]:
    document: dict[str, Any] = player.wait(player.submit(content, import_type))
    return document


def test_rows_that_failed_are_mended_and_sent_again(http: Http, player: Player) -> None:
    header, row = table(SDVX, "Lighthouse Signal", difficulty="ADVANCED")
    broken = [*row[:5], "a lot", *row[6:]]
    unknown = ["Nobody Wrote This", *row[1:]]
    content = written([header, row, broken, unknown], "utf-16", lineterminator="\r\n")
    document = imported(player, content, SDVX)
    kinds = [line["type"] for line in document["errors"]]
    assert sorted(kinds) == ["InvalidDatapoint", "SongOrChartNotFound"]
    path = f"/imports/{document['importID']}/failed-entries"
    told = http.get(f"/api/v1{path}").json["body"]
    assert told == {"source": "FILE", "importType": SDVX}

    both = send(http, player, path, content)
    assert both.raw == written([header, broken, unknown], "utf-16", lineterminator="\r\n")
    assert both.headers["X-Entries"] == "2"
    answer = send(http, player, f"{path}?type=InvalidDatapoint", content)
    assert answer.raw == written([header, broken], "utf-16", lineterminator="\r\n")
    mended = answer.raw.decode("utf-16").replace("a lot", "9700000").encode("utf-16")
    assert len(imported(player, mended, SDVX)["scoreIDs"]) == 1

    assert send(http, player, f"{path}?type=InternalError", content).status == 404
    other = send(http, player, path, written([header, row]))
    assert (other.status, "not the file" in other.description) == (400, True)
    unreadable = send(http, player, path, b"PK\x03\x04")
    assert (unreadable.status, "workbook" in unreadable.description) == (400, True)


def test_what_a_program_sent_as_a_body_is_a_file_then(http: Http, player: Player) -> None:
    document = batch_manual(3)
    document["scores"][1]["lamp"] = "NOPE"
    content = orjson.dumps(document)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {player.token}"}
    answer = http.request("POST", "/ir/direct-manual/import", content, headers)
    import_id = answer.json["body"]["importID"]
    player.wait(Submitted(import_id))
    path = f"/imports/{import_id}/failed-entries"
    told = http.get(f"/api/v1{path}").json["body"]
    assert told == {"source": "FILE", "importType": "file/batch-manual"}
    assert orjson.loads(send(http, player, path, content).raw)["scores"] == [document["scores"][1]]


def test_where_there_is_no_file_that_is_said(http: Http, service: Stack, player: Player) -> None:
    assert http.get("/api/v1/imports/nope/failed-entries").status == 404
    document = imported(player, orjson.dumps(batch_manual(1)), "file/batch-manual")
    path = f"/imports/{document['importID']}/failed-entries"
    assert send(http, player, path, orjson.dumps(batch_manual(1))).status == 404
    errors = '[{"type": "InvalidDatapoint", "message": "no", "index": 0}]'
    for import_type, source in (("api/flo-iidx", "SERVICE"), ("ir/usc", "CLIENT")):
        with service.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE imports SET import_type = %s, errors = %s WHERE import_id = %s",
                (import_type, errors, document["importID"]),
            )
        assert http.get(f"/api/v1{path}").json["body"] == {"source": source, "importType": None}
        answer = send(http, player, path, b"{}")
        assert answer.status == 400
    player.wait(player.submit(batch_manual(1, song="404404")))
    with service.engine.begin() as connection:
        columns = orphan_rows.COLUMNS.listed
        connection.exec_driver_sql(
            f"INSERT INTO resolved_orphans ({columns}, resolved_by)"
            f" SELECT {columns}, %s FROM orphan_scores WHERE user_id = %s",
            (document["importID"], player.user_id),
        )
    assert http.get(f"/api/v1{path}").json["body"] == {"source": "ORPHANS", "importType": None}
    reader = service.user("only-reads", "customise_profile")
    assert send(http, reader, path, b"{}").status == 403
