"""`python -m tests.services`: the servers that people try syncs with."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from common.settings import load_settings
from tests.support.stack import ROOT

COMMAND = [sys.executable, "-m", "tests.services"]


@contextmanager
def started(*arguments: str) -> Iterator[tuple[dict[str, str], str]]:
    """The variables it prints, and what it says besides."""
    server = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    assert server.stdout is not None
    try:
        variables, said = {}, ""
        for line in iter(server.stdout.readline, "# Ctrl-C ends it.\n"):
            assert line, "it ended by itself"
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                variables[name] = "".join(shlex.split(value))
            else:
                said += line
        yield variables, said
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


def offered(variables: dict[str, str]) -> frozenset[tuple[str, str]]:
    """What a server with these settings offers; they must be what it starts with."""
    key = variables["CREDENTIAL_KEYS"].removeprefix("${CREDENTIAL_KEYS:-").removesuffix("}")
    nowhere = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "OUR_URL": "http://127.0.0.1",
    }
    return load_settings({**nowhere, **variables, "CREDENTIAL_KEYS": key}).services.offered()


def test_a_kai_service_with_a_fault() -> None:
    with started("kai", "--as", "MIN", "--scores", "3", "--fail", "1:status:token") as (
        variables,
        said,
    ):
        assert offered(variables) == {("kai", "MIN")}
        client = json.loads(variables["MIN_OAUTH2_INFO"])
        codes = said.partition("link accounts with: ")[2].split()
        assert len(codes) == 3

        def exchange(code: str) -> httpx.Response:
            form = {
                "code": code,
                "grant_type": "authorization_code",
                "client_id": client["CLIENT_ID"],
                "client_secret": client["CLIENT_SECRET"],
                "redirect_uri": client["REDIRECT_URI"],
            }
            return httpx.post(f"{variables['MIN_API_URL']}/oauth/token", data=form)

        token = exchange(codes[0]).json()["access_token"]
        assert exchange(codes[1]).status_code == 500
        assert exchange(codes[2]).status_code == 200
        history = httpx.get(
            f"{variables['MIN_API_URL']}/api/sdvx/v1/play_history",
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        assert len(history["_items"]) == 3


def test_a_cg_service() -> None:
    with started("cg", "--scores", "3") as (variables, said):
        assert offered(variables) == {("cg", "dev")}
        config = json.loads(variables["CG_DEV_CONFIG"])
        card, _, pin = said.partition("a card: ")[2].strip().partition(", its PIN: ")
        query = {"api_key": config["API_KEY"], "card_id": card, "pin": pin}
        answer = httpx.get(f"{config['URL']}/sdvx-scores", params=query).json()
        assert len(answer["data"]["scores"]) == 3


def test_a_myt_service() -> None:
    with started("myt") as (variables, said):
        assert offered(variables) == {("myt", "MYT")}
        assert "a card: " in said
        host, _, port = variables["MYT_API_HOST"].removeprefix("grpc://").partition(":")
        socket.create_connection((host, int(port)), 5).close()


@pytest.mark.parametrize("fault", ["html", "2:html", "x:status", ":status"])
def test_a_fault_that_is_none_is_refused(fault: str) -> None:
    run = subprocess.run(
        [*COMMAND, "kai", "--fail", fault], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 2
    assert f"'{fault}' is not AFTER:KIND[:PATH]" in run.stderr
