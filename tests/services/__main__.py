"""Starts a fake service until Ctrl-C; see the package."""

from __future__ import annotations

import argparse
import shlex
import signal
import threading
from contextlib import ExitStack

from common.credentials.vault import new_key
from tests.services.cg import CG, sdvx_scores
from tests.services.faults import KINDS, Fault
from tests.services.http_server import FakeService
from tests.services.kai import Account, Kai, iidx_items, sdvx_items
from tests.services.myt import Card, Myt, wacca_plays

CARD, PIN, ACCESS_CODE = "0123456789ABCDEF", "1234", "01234567890123456789"


def main() -> None:
    options = _parser().parse_args()
    with ExitStack() as stack:
        match options.service:
            case "kai":
                environment = _kai(stack, options)
            case "cg":
                environment = _cg(stack, options)
            case _:
                environment = _myt(stack, options)
        for name, value in environment.items():
            print(f"export {name}={shlex.quote(value)}")
        # Kept where there is one: what was encrypted with it has to stay readable.
        print(f'export CREDENTIAL_KEYS="${{CREDENTIAL_KEYS:-{new_key()}}}"')
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        print("# Ctrl-C ends it.", flush=True)
        ended.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument("service", choices=("kai", "cg", "myt"))
    parser.add_argument("--port", type=int, default=0, help="0: any")
    parser.add_argument("--as", dest="name", help="FLO, EAG, MIN; dev, nag, gan")
    parser.add_argument("--scores", type=int, default=250, help="of each game")
    parser.add_argument("--page-size", type=int, default=100)
    parser.add_argument("--static", action="store_true", help="refresh tokens stay good")
    parser.add_argument("--expires-in", type=int, help="seconds, said with each token")
    parser.add_argument(
        "--expire-after", type=int, metavar="PAGES", help="tokens expire after so many pages"
    )
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        type=_fault,
        metavar="AFTER:KIND[:PATH]",
        help=f"the request after so many goes wrong; kinds: {', '.join(KINDS)}",
    )
    return parser


def _kai(stack: ExitStack, options: argparse.Namespace) -> dict[str, str]:
    service = stack.enter_context(
        Kai(
            options.port,
            page_size=options.page_size,
            rotating=not options.static,
            expires_in=options.expires_in,
        )
    )
    service.pages_until_expiry = options.expire_after
    _fail(service, options.fail)
    account = Account(
        "player",
        {"iidx": iidx_items(options.scores), "sdvx": sdvx_items(options.scores)},
        {"iidx": {"sp": 16, "dp": None}, "sdvx": {"skill_level": 9}},
    )
    codes = " ".join(service.code_for(account) for _ in range(3))
    print(f"# {service.url}; codes to link accounts with: {codes}")
    return service.environment(options.name or "FLO")


def _cg(stack: ExitStack, options: argparse.Namespace) -> dict[str, str]:
    service = stack.enter_context(CG(options.port))
    _fail(service, options.fail)
    service.add_card(CARD, PIN, sdvx=sdvx_scores(options.scores))
    print(f"# {service.url}; a card: {CARD}, its PIN: {PIN}")
    return service.environment(options.name or "dev")


def _myt(stack: ExitStack, options: argparse.Namespace) -> dict[str, str]:
    service = stack.enter_context(Myt(options.port))
    service.cards[ACCESS_CODE] = Card(
        [("wacca", "w-1")],
        {"w-1": wacca_plays(options.scores)},
        {"w-1": {"300": {"rank": 5}}},
    )
    print(f"# 127.0.0.1:{service.port}; a card: {ACCESS_CODE}")
    return service.environment()


def _fault(text: str) -> Fault:
    """The fault that is meant; raises ArgumentTypeError."""
    after, _, rest = text.partition(":")
    kind, _, path = rest.partition(":")
    if not after.isdecimal() or kind not in KINDS:
        raise argparse.ArgumentTypeError(f"'{text}' is not AFTER:KIND[:PATH]")
    return Fault(kind, path, after=int(after))


def _fail(service: FakeService, faults: list[Fault]) -> None:
    for fault in faults:
        service.script.put(fault)


if __name__ == "__main__":
    main()
