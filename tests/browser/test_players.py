"""What players do, in a real browser, on the real service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import orjson
import pytest
from playwright.sync_api import Page, expect

from common.accounts import client_rows
from common.accounts.client_rows import Client
from common.accounts.proofs import proof_hash
from common.games.registry import get_gpt
from common.profiles import snapshot_rows
from tests.browser.windows import PASSWORD, Shot, Window, log_in, player_of
from tests.services.cg import CG, sdvx_scores
from tests.support.http import Http
from tests.support.linked import KEY
from tests.support.stack import Stack, batch_manual, kill, wait_for
from tests.worker.import_types.test_files_as_people_have_them import table, written

pytestmark = pytest.mark.processes

CARD, PIN = "0123456789ABCDEF", "1234"
DONE = re.compile("^Imported: ")


@pytest.fixture(scope="module")
def cg() -> Iterator[CG]:
    """A service that scores are fetched from."""
    with CG() as server:
        unknown = {**sdvx_scores(1)[0], "internalId": 404404}
        server.add_card(CARD, PIN, sdvx=[*sdvx_scores(20), unknown])
        yield server


@pytest.fixture(scope="module")
def module_settings(cg: CG) -> dict[str, str]:
    return {**cg.environment("dev"), "CREDENTIAL_KEYS": KEY, "REGISTRATION": "open"}


def with_errors(count: int) -> bytes:
    """So many scores, an entry on a chart that is not known, and one that is none."""
    document = batch_manual(count)
    first = document["scores"][0]
    document["scores"].append({**first, "identifier": "404404"})
    document["scores"].append({**first, "lamp": "NO SUCH LAMP"})
    return orjson.dumps(document)


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    """Gives files to the first page."""
    page.locator("#files").set_input_files(
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            for name, content in files
        ]
    )


def import_file(page: Page, content: bytes) -> None:
    """Imports a file on the first page, and opens what came of it."""
    page.goto(page.url.partition("/login")[0])
    choose(page, ("scores.json", content))
    item = page.locator("#queue li.file")
    item.get_by_role("button", name="Import").click()
    expect(item.locator(".said")).to_have_text(DONE)
    item.get_by_role("link", name="See what came of it").click()


def take_out(page: Page, name: str, content: bytes) -> bytes:
    """What the page of an import makes of the file that was sent: one of what failed."""
    page.locator("#original").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    with page.expect_download() as failed:
        page.get_by_role("link", name="Download them").click()
    assert failed.value.suggested_filename == f"failed-{name}"
    return failed.value.path().read_bytes()


def count(page: Page) -> str:
    return page.locator("#score-count").inner_text()


def test_a_file_is_dropped_checked_watched_read_and_taken_back(window: Window, shot: Shot) -> None:
    page = window.user("anna")
    content = with_errors(3)
    # As a hand would drop it.
    transfer = page.evaluate_handle(
        """(text) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "scores.json"));
            return transfer;
        }""",
        content.decode(),
    )
    page.locator("#drop").dispatch_event("drop", {"dataTransfer": transfer})
    item = page.locator("#queue li.file")
    expect(item.locator(".hint")).to_have_text("It looks like file/batch-manual.")
    item.get_by_role("button", name="Check without storing").click()
    expect(item.locator(".said")).to_contain_text("bring 3 scores, keep 1 orphans, refuse 1")
    expect(item.locator(".report")).to_contain_text("NO SUCH LAMP")
    shot(page, "upload")
    item.get_by_role("button", name="Import").click()
    expect(item.locator(".said")).to_contain_text("3 scores, 2 errors, 0 duplicates")
    item.get_by_role("link", name="See what came of it").click()
    assert count(page) == "3"
    scores = page.get_by_role("region", name="Scores:")
    expect(scores.get_by_text("new chart").first).to_be_visible()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    shot(page, "import")

    errors = page.get_by_role("region", name="Errors")
    expect(errors.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="The chart is not known here").click()
    expect(errors.locator("tbody tr")).to_have_count(1)
    expect(errors).to_contain_text("404404")
    with page.expect_download() as listed:
        page.get_by_role("link", name="Download the errors").click()
    lines = orjson.loads(listed.value.path().read_bytes())
    assert [line["type"] for line in lines] == ["SongOrChartNotFound", "InvalidDatapoint"]
    page.get_by_role("link", name="All", exact=True).click()
    part = take_out(page, "scores.json", content)
    again = orjson.loads(part)
    assert again["meta"] == orjson.loads(content)["meta"]
    assert again["scores"] == orjson.loads(content)["scores"][3:]

    page.get_by_role("link", name="Take it back").click()
    expect(page.locator("main")).to_contain_text("3 scores")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_have_text("The import was taken back.")
    assert player_of(window.service, "anna").score_count() == 0


def sdvx_rows(*scores: str) -> bytes:
    """SDVX's CSV as a spreadsheet saves it: a row each, of which one is on an unknown chart."""
    header, row = table("file/eamusement-sdvx-csv", "Lighthouse Signal")
    rows = [[*row[:5], score, *row[6:]] for score in scores]
    return written([header, *rows, ["404404", *row[1:]]], "utf-16", lineterminator="\r\n")


def test_rows_that_failed_are_corrected_and_sent_again(window: Window) -> None:
    page = window.user("nora")
    content = sdvx_rows("9123456", "a lot")
    import_file(page, content)
    errors = page.get_by_role("region", name="Errors")
    expect(errors.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="The entry contradicts itself").click()
    expect(errors.locator("tbody tr")).to_have_count(1)
    page.locator("#original").set_input_files(
        [{"name": "x.csv", "mimeType": "text/csv", "buffer": sdvx_rows()}]
    )
    expect(page.locator("#again-said")).to_contain_text("This is not the file")
    window.expected.append("400")
    part = take_out(page, "mine.csv", content).decode("utf-16")
    assert part.count("\r\n") == 2
    page.get_by_role("link", name="To the first page").click()
    choose(page, ("mended.csv", part.replace("a lot", "9234567").encode("utf-16")))
    item = page.locator("#queue li.file")
    item.get_by_role("button", name="Import", exact=True).click()
    expect(item.locator(".said")).to_contain_text("1 scores, 0 errors")


def test_what_failed_is_taken_out_and_sent_again_at_once(window: Window) -> None:
    page = window.user("otto")
    choose(page, ("SP.csv", written(table("file/pli-iidx-csv", "No Such Song"), "cp932")))
    items = page.locator("#queue li.file")
    items.nth(0).get_by_label("Import type").select_option("file/pli-iidx-csv")
    items.nth(0).get_by_label("Playtype").select_option("DP")
    items.nth(0).get_by_role("button", name="Import", exact=True).click()
    items.nth(0).get_by_role("button", name="Take out what failed").click()
    expect(items.nth(1).get_by_label("Import type")).to_have_value("file/pli-iidx-csv")
    expect(items.nth(1).get_by_label("Playtype")).to_have_value("DP")
    button = items.nth(1).get_by_role("button", name="Import", exact=True)
    expect(button).to_be_focused()
    button.click()
    expect(items.nth(1).locator(".said")).to_contain_text("0 scores, 1 errors")


def test_several_files_and_a_text_are_sent_and_a_guess_is_corrected(window: Window) -> None:
    page = window.user("bert")
    header = "バージョン,タイトル,スコア,NORMAL スコア,NORMAL クリアタイプ"
    choose(
        page,
        ("one.json", orjson.dumps(batch_manual(1))),
        ("broken.json", b'{"meta": 5, "scores": []}'),
        ("mine.csv", f"{header}\n1,Nothing,0,0,NO PLAY\n".encode()),
        ("what.txt", b"who knows"),
    )
    page.get_by_text("Paste a JSON text instead").click()
    page.get_by_label("JSON of batch-manual").fill(orjson.dumps(batch_manual(2, first=1)).decode())
    page.get_by_role("button", name="Add this text").click()
    items = page.locator("#queue li.file")
    expect(items).to_have_count(5)
    expect(items.nth(2).get_by_label("Playtype")).to_be_visible()
    expect(items.nth(3).locator(".hint")).to_contain_text("cannot be told")
    items.nth(2).get_by_label("Import type").select_option("file/pli-iidx-csv")
    items.nth(2).get_by_label("Playtype").select_option("SP")
    items.nth(3).get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Import all").click()
    expect(items.nth(0).locator(".said")).to_contain_text("1 scores")
    expect(items.nth(1).locator(".said")).to_contain_text("meta")
    expect(items.nth(2).locator(".said")).to_contain_text("0 scores")
    expect(items.nth(3).locator(".said")).to_contain_text("2 scores")
    expect(page.locator("#status")).to_have_text("3 files imported, 1 file failed")
    window.expected.append("400")

    page.get_by_role("link", name="Imports", exact=True).click()
    rows = page.get_by_role("region", name="Imports").locator("tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_label("Import type").select_option("file/pli-iidx-csv")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(1)


def test_orphans_are_tried_again(window: Window, shot: Shot) -> None:
    page = window.user("carl")
    import_file(page, with_errors(1))
    page.get_by_role("link", name="Orphans").click()
    expect(page.get_by_role("region", name="Orphans")).to_contain_text("404404")
    shot(page, "orphans")
    page.get_by_role("button", name="Try all again").click()
    expect(page.get_by_role("status")).to_contain_text("All of them were tried again.")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text("There are none.")


def test_tokens_are_made_used_and_revoked(window: Window, service: Stack) -> None:
    page = window.user("dora")
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("What it is for").fill("My script")
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_label("The new token").input_value()
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Log in with an API token").click()
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Log in with the token").click()
    page.get_by_role("heading", name="Import scores").wait_for()
    page.goto(f"{service.url}/tokens")
    expect(page.get_by_role("alert")).to_contain_text("cannot be performed by an API key")
    window.expected.append("403")
    page.get_by_role("button", name="Log out").click()
    log_in(page, "dora")
    page.goto(f"{service.url}/tokens")
    page.get_by_role("button", name="Revoke My script").click()
    expect(page.locator("main")).to_contain_text("You have none.")


def test_a_profile_shows_ratings_bests_and_sessions(window: Window, shot: Shot) -> None:
    page = window.user("emil")
    document = batch_manual(10)
    document["scores"] += [
        {**each, "score": each["score"] + 500_000, "timeAchieved": each["timeAchieved"] + 9e7}
        for each in document["scores"]
    ]
    import_file(page, orjson.dumps(document))
    with window.service.engine.begin() as connection:  # as the upkeep notes it every night
        snapshot_rows.take(connection, get_gpt("sdvx", "Single"))
    page.get_by_role("link", name="Profile").click()
    page.get_by_role("link", name="SOUND VOLTEX").click()
    expect(page.get_by_role("img", name=re.compile("day by day"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("of the last sessions"))).to_be_visible()
    shot(page, "profile")
    page.get_by_label("Search songs").fill("no such song at all")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("None on songs like that.")
    page.get_by_label("Search songs").fill("Lighthouse")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("region", name="Scores:")).to_contain_text("Lighthouse Signal")
    page.get_by_role("region", name="Sessions").get_by_role("link").first.click()
    expect(page.get_by_role("img", name=re.compile("above the personal best"))).to_be_visible()
    expect(page.get_by_role("region", name="Scores:")).to_contain_text("score +50")


def test_another_service_is_linked_and_synced(window: Window) -> None:
    page = window.user("fred")
    page.get_by_role("link", name="Services").click()
    page.get_by_label("Card ID").fill(CARD)
    page.get_by_label("PIN").fill(PIN)
    page.get_by_role("button", name="Link cg-dev").click()
    expect(page.locator("main")).to_contain_text(f"Linked with {CARD}")
    page.get_by_role("button", name="Sync api/cg-dev-sdvx").click()
    expect(page.locator("#score-count")).to_be_visible()
    expect(page.locator("#failed-entries")).to_contain_text("sync again")
    expect(page.locator("#original")).to_have_count(0)
    assert player_of(window.service, "fred").score_count() == int(count(page)) > 0
    page.goto(f"{window.service.url}/services")
    page.get_by_role("button", name="Unlink").click()
    expect(page.locator("main")).to_contain_text("Not linked.")


def test_programs_get_a_key_or_consent(window: Window, service: Stack) -> None:
    page = window.page("/register?next=/tokens")
    page.get_by_label("Username").fill("gina")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="API tokens")).to_be_visible()
    author = service.user("harry").user_id
    oauth = {"secret_hash": proof_hash("s"), "redirect_uri": f"{service.url}/docs"}
    with service.engine.begin() as connection:
        for client_id, more in (("CIkey", {}), ("CIoauth", oauth)):
            bot = Client(
                client_id=client_id,
                name="A bot",
                author=author,
                permissions=["submit_score"],
                **more,
            )
            client_rows.save(connection, bot)
    page.goto(f"{service.url}/client-file-flow/CIkey")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_label("The key")).to_have_value(re.compile("^[0-9a-f]{40}$"))
    page.goto(f"{service.url}/oauth/request-auth?clientID=CIoauth")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(re.compile(r"/docs\?code="))


# --- trouble ------------------------------------------------------------------------------


def test_two_tabs_watch_one_import_and_one_logs_out(window: Window, service: Stack) -> None:
    first = window.user("ida")
    second = window.page("/tokens")
    with service.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE")
        choose(first, ("scores.json", orjson.dumps(batch_manual(2))))
        item = first.locator("#queue li.file")
        item.get_by_role("button", name="Import").click()
        expect(item).to_have_attribute("data-state", "importing")
        running = "SELECT job_id FROM jobs WHERE state = 'running'"
        job = wait_for(lambda: service.scalar(running), "it runs")
        second.goto(f"{service.url}/imports/{job}")
        expect(second.locator("#following")).to_be_visible()
    expect(item.locator(".said")).to_have_text(DONE)
    expect(second.locator("#score-count")).to_have_text("2")
    stale = window.page("/tokens")
    second.get_by_role("button", name="Log out").click()
    second.get_by_label("Username").wait_for()
    # A form of a tab that does not know yet: it leads to the login, and back to its page.
    stale.get_by_role("button", name="Make a token").click()
    stale.wait_for_url(f"{service.url}/login?next=%2Ftokens")
    log_in(stale, "ida")
    expect(stale.get_by_role("heading", name="API tokens")).to_be_visible()
    expect(stale.locator("main")).to_contain_text("You have none.")


def test_a_session_that_expires_in_the_middle_loses_no_file(window: Window, service: Stack) -> None:
    page = window.user("jan")
    choose(page, ("scores.json", orjson.dumps(batch_manual(2))))
    item = page.locator("#queue li.file")
    expect(item.locator(".hint")).to_contain_text("file/batch-manual")
    with service.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE login_sessions SET expires_at = 0")
    item.get_by_role("button", name="Import").click()
    expect(item.locator(".said")).to_contain_text("You are not logged in any more.")
    window.expected.append("401")
    with window.context.expect_page() as opened:
        item.get_by_role("link", name="Log in in another tab").click()
    log_in(opened.value, "jan")
    item.get_by_role("button", name="Import again").click()
    expect(item.locator(".said")).to_have_text(DONE)


def test_an_import_whose_worker_is_killed_is_watched_to_its_end(
    window: Window, service: Stack
) -> None:
    page = window.user("kim")
    choose(page, ("scores.json", orjson.dumps(batch_manual(2))))
    item = page.locator("#queue li.file")
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'imports'::regclass"
    with service.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE")
        item.get_by_role("button", name="Import").click()
        wait_for(lambda: service.scalar(waits), "the import writes its document")
        kill(service.worker())
    service.start_worker()
    expect(item.locator(".said")).to_have_text(DONE, timeout=30_000)
    assert player_of(service, "kim").score_count() == 2


@pytest.mark.parametrize("scores", [2000, pytest.param(20_000, marks=pytest.mark.long)])
def test_many_scores_do_not_freeze_a_page(window: Window, scores: int) -> None:
    page = window.user(f"luis{scores}")
    choose(page, ("many.json", orjson.dumps(batch_manual(scores))))
    item = page.locator("#queue li.file")
    item.get_by_role("button", name="Import").click()
    expect(item.locator(".said")).to_contain_text(f"{scores} scores", timeout=60_000)
    item.get_by_role("link", name="See what came of it").click()
    assert count(page) == f"{scores:,}".replace(",", "\u202f")
    page.get_by_role("link", name="More scores").click()
    expect(page.get_by_role("navigation", name="Pages of scores")).to_contain_text("101 to 200")
    page.get_by_role("heading", name="Sessions").locator("+ ul a").click()
    expect(page.get_by_role("region", name="Scores:").locator("tbody tr")).to_have_count(100)
    timing = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    assert timing["domComplete"] - timing["responseEnd"] < 2000


# --- whoever looks ------------------------------------------------------------------------


@pytest.mark.long
def test_pages_can_be_used_by_everybody(
    window: Window, service: Stack, check_accessibility: Callable[[Page], None]
) -> None:
    page = window.page("/login")
    check_accessibility(page)
    page = window.user("lena")
    choose(page, ("scores.json", orjson.dumps(batch_manual(1))))
    expect(page.locator("#queue li.file .hint")).to_contain_text("file/batch-manual")
    check_accessibility(page)
    import_file(page, with_errors(2))
    check_accessibility(page)
    session = page.get_by_role("heading", name="Sessions").locator("+ ul a").get_attribute("href")
    revert = page.get_by_role("link", name="Take it back").get_attribute("href")
    for path in (
        "/imports",
        "/orphans",
        "/tokens",
        "/services",
        "/profile",
        "/players/lena/sdvx/Single",
        session,
        revert,
        "/nothing-here",
    ):
        page.goto(f"{service.url}{path}")
        check_accessibility(page)
    window.expected.append("404")


@pytest.mark.long
def test_the_reference_can_be_used_by_everybody(
    window: Window, check_accessibility: Callable[[Page], None]
) -> None:
    """It is a page of a thousand tables, which axe looks at for a minute."""
    check_accessibility(window.page("/docs"))


def test_pages_fit_a_phone_and_follow_the_keyboard(
    window: Window, service: Stack, shot: Shot
) -> None:
    page = window.user("mia")
    import_file(page, with_errors(2))
    page.set_viewport_size({"width": 360, "height": 640})
    page.emulate_media(color_scheme="dark")
    shot(page, "phone-dark")
    paths = ("/", page.url.removeprefix(service.url), "/imports", "/tokens", "/docs", "/profile")
    for path in paths:
        page.goto(f"{service.url}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, path
    page.goto(f"{service.url}/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#files")).to_be_focused()


def test_the_reference_is_whole_and_works_offline(
    window: Window, service: Stack, shot: Shot
) -> None:
    page = window.page("/docs")
    document = Http(service.port).get("/api/v1/openapi.json").json
    operations = sum(len(methods) for methods in document["paths"].values())
    expect(page.locator("details.operation")).to_have_count(operations)
    window.context.set_offline(True)
    page.locator("details.operation summary", has_text="POST /api/v1/import/file").first.click()
    shot(page, "docs")
    page.locator("#post_imports_import_file").get_by_role("link", name="Submitted").first.click()
    expect(page.locator("#Submitted")).to_be_in_viewport()
    window.context.set_offline(False)
