"""The generated code is that of the definitions, and the definitions say what MYT sends."""

from __future__ import annotations

from pathlib import Path

import pytest
from grpc_tools import protoc

from tests.support.stack import ROOT
from worker.services.datapoints import data_point
from worker.services.protocol import cards_pb2, chunithm_pb2, ongeki_pb2, wacca_pb2

PROTOCOL = ROOT / "worker" / "services" / "protocol"


@pytest.mark.parametrize("definition", sorted(each.name for each in PROTOCOL.glob("*.proto")))
def test_generated_code_is_up_to_date(definition: str, tmp_path: Path) -> None:
    """`make protocol` makes it so."""
    path = f"worker/services/protocol/{definition}"
    arguments = ["", f"--proto_path={ROOT}", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    assert protoc.main([*arguments, str(ROOT / path)]) == 0
    for ending in ("_pb2.py", "_pb2.pyi"):
        name = path.removesuffix(".proto") + ending
        assert (tmp_path / name).read_text() == (ROOT / name).read_text()


def test_messages_are_on_the_wire_as_specified() -> None:
    """Field numbers, from the bytes: number times 8, plus 0 for a number and 2 for a text."""
    request = cards_pb2.LookupRequest(access_code="a", titles=["b"])
    assert request.SerializeToString() == b"\x0a\x01a\x12\x01b"
    judge = ongeki_pb2.PlaylogJudge(judge_critical_break=1, damage_count=2)
    # 17 and 24 take two bytes.
    assert judge.SerializeToString() == b"\x88\x01\x01\xc0\x01\x02"
    assert wacca_pb2.PlaylogRequest(api_id="a").SerializeToString() == b"\x0a\x01a"


def test_data_points_have_all_fields_but_messages_that_are_not_set() -> None:
    message = chunithm_pb2.GetPlaylogStreamItem(
        playlog_api_id="p", info=chunithm_pb2.PlaylogInfo(music_id=3, level=4)
    )
    # An enum's number that nobody knows stays a number.
    message.MergeFromString(b"\x12\x02\x10\x63")
    point = data_point(message)
    assert set(point) == {"playlogApiId", "info"}
    assert point["info"]["musicId"] == 3
    assert point["info"]["level"] == 99
    assert point["info"]["isNewRecord"] is False
    assert point["info"]["userPlayDate"] == ""
