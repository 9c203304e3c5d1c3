"""A CG service: all scores of a card and game in one answer.

Source: specification, import-types/api-cg.md section 9.
"""

from __future__ import annotations

import json
from typing import Any

from tests.services.http_server import Asked, FakeService, Reply
from tests.services.kai import timestamp

# With characters that mean something in a query.
API_KEY = "a+key&of=tests"


class CG(FakeService):
    """Parameters:
    prefix: a path that everything is below.
    refusal_status: of answers to a wrong key, card or PIN.
    """

    def __init__(self, port: int = 0, *, prefix: str = "", refusal_status: int = 200) -> None:
        super().__init__(port)
        self.prefix = prefix
        self.refusal_status = refusal_status
        self._pins: dict[str, str] = {}
        self._scores: dict[tuple[str, str], list[Any]] = {}

    def environment(self, service: str = "dev") -> dict[str, str]:
        """The settings that lead to this server."""
        config = {"URL": self.url + self.prefix, "API_KEY": API_KEY}
        return {f"CG_{service.upper()}_CONFIG": json.dumps(config)}

    def remove_cards(self) -> None:
        with self.lock:
            self._pins.clear()
            self._scores.clear()

    def add_card(self, card: str, pin: str, **scores: list[Any]) -> None:
        """scores: by CG's code of the game."""
        with self.lock:
            self._pins[card] = pin
            for code, of_game in scores.items():
                self._scores[card, code] = of_game

    def answer(self, asked: Asked) -> Reply:
        code = asked.path.removeprefix(f"{self.prefix}/").removesuffix("-scores")
        if code not in ("iidx", "jb", "msc", "popn", "sdvx"):
            return Reply(404, {"error": "not found"})
        if asked.query.get("api_key") != API_KEY:
            return self._refusal("Invalid API key")
        card = asked.query.get("card_id", "")
        if card not in self._pins:
            return self._refusal("Unknown card")
        if asked.query.get("pin") != self._pins[card]:
            return self._refusal("Invalid PIN")
        data = {
            "profile": {"id": "A-77", "name": "PLAYER 77"},
            "scores": self._scores.get((card, code), []),
        }
        return Reply(200, {"success": True, "data": data})

    def _refusal(self, message: str) -> Reply:
        return Reply(self.refusal_status, {"success": False, "message": message})


def sdvx_scores(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Different plays of one chart of the example catalogue."""
    return [
        {
            "internalId": 9001,
            "difficulty": 1,
            "version": 6,
            "score": 8_000_000 + number,
            "exScore": 0,
            "clearType": 2,
            "scoreGrade": 9,
            "maxChain": 640,
            "critical": 980,
            "near": 21,
            "error": 4,
            "dateTime": timestamp(number).replace("T", " ").removesuffix("Z"),
        }
        for number in range(first, first + count)
    ]
