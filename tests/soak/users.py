"""What users do in a soak: imports, reverts, deletions and edits, at a steady rate, over HTTP.

A user behaves as a client must: what was answered 202 is polled, what was refused or not answered
is tried again later. What was accepted in the end is read from the database (`audit`).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.support.stack import Player

PERMISSIONS = ("submit_score", "delete_score", "customise_score")
# Seconds between two acts of a user.
PAUSE = 1.5
SONGS = [("1", "ADV"), ("1", "NOV"), ("2", "ADV"), ("3", "EXH")]


@dataclass(slots=True)
class Promise:
    """What a user was answered 202 for. at: seconds since the epoch, when that was read."""

    job_id: str
    at: float


@dataclass
class User:
    """One user, who acts in a thread of their own until `over` is set."""

    player: Player
    random: random.Random
    over: threading.Event
    promises: list[Promise] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    # Imports that were seen to complete, with their scores.
    done: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0

    def run(self) -> None:
        with httpx.Client(
            base_url=self.player.stack.url,
            timeout=60,
            headers={"Authorization": f"Bearer {self.player.token}"},
        ) as client:
            while not self.over.wait(self.random.uniform(0.5, 1.5) * PAUSE):
                try:
                    self._act(client)
                except httpx.TransportError:
                    self.refusals.append(0)
                    self.over.wait(0.5)

    def _act(self, client: httpx.Client) -> None:
        acts: list[Callable[[httpx.Client], None]] = [self._import] * 6
        if self.done:
            acts += [self._revert, self._delete, self._edit]
        self.random.choice(acts)(client)

    def _import(self, client: httpx.Client) -> None:
        self.number += 1
        count = self.random.choice([1, 2, 10, 60, 300])
        start = self.random.randrange(2_000)
        song, difficulty = self.random.choice(SONGS)
        document = {
            "meta": {"game": "sdvx", "playtype": "Single", "service": f"soak {self.number}"},
            "scores": [
                {
                    "score": 7_000_000 + (start + n) * 997 % 2_900_000,
                    "lamp": self.random.choice(["FAILED", "CLEAR", "EXCESSIVE CLEAR"]),
                    "matchType": "tachiSongID",
                    "identifier": song,
                    "difficulty": difficulty,
                    "timeAchieved": 1_700_000_000_000 + (start + n) * 600_000,
                }
                for n in range(count)
            ],
        }
        answer = client.post(
            "/api/v1/import/file",
            data={"importType": "file/batch-manual"},
            files={"scoreData": ("scores.json", orjson.dumps(document))},
            headers={"X-User-Intent": "true"},
        )
        self._note(answer)
        if answer.status_code == 202:
            self._look(client, answer.json()["body"]["importID"])

    def _look(self, client: httpx.Client, import_id: str) -> None:
        """Polls for a while; an import that completes may be changed later."""
        until = time.monotonic() + 5
        while time.monotonic() < until and not self.over.wait(0.25):
            answer = client.get(f"/api/v1/imports/{import_id}/poll-status")
            body = answer.json().get("body") or {}
            if answer.status_code == 200 and body.get("importStatus") == "completed":
                self.done.append(body["import"])
                return

    def _revert(self, client: httpx.Client) -> None:
        done = self.done.pop(self.random.randrange(len(self.done)))
        self._note(client.post(f"/api/v1/imports/{done['importID']}/revert"))

    def _delete(self, client: httpx.Client) -> None:
        scores = self.random.choice(self.done)["scoreIDs"]
        if scores:
            body = {"blacklist": self.random.random() < 0.3}
            score = self.random.choice(scores)
            self._note(client.request("DELETE", f"/api/v1/scores/{score}", json=body))

    def _edit(self, client: httpx.Client) -> None:
        scores = self.random.choice(self.done)["scoreIDs"]
        if scores:
            body = {"comment": f"comment {self.number}", "highlight": self.random.random() < 0.5}
            self._note(client.patch(f"/api/v1/scores/{self.random.choice(scores)}", json=body))

    def _note(self, answer: httpx.Response) -> None:
        if answer.status_code == 202:
            self.promises.append(Promise(answer.json()["body"]["importID"], time.time()))
        elif answer.status_code >= 500 or answer.status_code == 429:
            self.refusals.append(answer.status_code)
