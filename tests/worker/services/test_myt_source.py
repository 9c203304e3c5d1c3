"""MYT over TLS, with authorities of an operator's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.errors import FatalImportError
from common.service_settings import MytService, Patience, read_grpc_target
from tests.services.myt import AUTH_TOKEN, Card, Myt, wacca_plays
from worker.services.loop import process_loop
from worker.services.myt_source import MytSource, open_channel

ACCESS_CODE = "01234567890123456789"
PATIENCE = Patience(connect=2.0, total=5.0, idle=5.0)


def certified() -> tuple[bytes, bytes]:
    """A key and a certificate of itself, for loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MYT of tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return (
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.public_bytes(pem),
    )


CERTIFIED = certified()


@pytest.fixture
def myt() -> Iterator[Myt]:
    with Myt(certified=CERTIFIED) as server:
        server.cards[ACCESS_CODE] = Card([("wacca", "w-1")], {"w-1": wacca_plays(3)})
        yield server


def fetch(address: str, authorities: Path) -> list[Any]:
    """All pages of the card, in one."""
    target = read_grpc_target(address)
    assert target is not None
    service = MytService(*target, AUTH_TOKEN, str(authorities))

    async def pages() -> list[Any]:
        channel = cache(lambda: open_channel(service))
        source = MytSource(channel, service, PATIENCE, "wacca", ACCESS_CODE, _no_pause)
        await source.prepare()
        entries = [entry async for page in source.pages() for entry in page]
        await channel().close()
        return entries

    return process_loop().run(pages())


async def _no_pause(_: float) -> None:
    """The second attempt may come at once."""


@pytest.mark.parametrize("scheme", ["", "grpcs://"])
def test_authorities_of_an_operators_own_are_trusted(myt: Myt, tmp_path: Path, scheme: str) -> None:
    ours = tmp_path / "ca.pem"
    ours.write_bytes(CERTIFIED[1])
    assert len(fetch(f"{scheme}127.0.0.1:{myt.port}", ours)) == 3
    assert myt.called[0].metadata["authorization"] == f"Bearer {AUTH_TOKEN}"


def test_others_are_not_and_learn_no_token(myt: Myt, tmp_path: Path) -> None:
    others = tmp_path / "ca.pem"
    others.write_bytes(certified()[1])
    with pytest.raises(FatalImportError) as refused:
        fetch(f"grpcs://127.0.0.1:{myt.port}", others)
    assert refused.value.message == "Unexpected response from MYT - 14"
    assert myt.called == []


def test_authorities_that_are_not_there_are_a_clear_reason(myt: Myt, tmp_path: Path) -> None:
    with pytest.raises(FatalImportError) as refused:
        fetch(f"grpcs://127.0.0.1:{myt.port}", tmp_path / "none.pem")
    assert refused.value.message == "Failed to look up card at MYT. Are they down?"
