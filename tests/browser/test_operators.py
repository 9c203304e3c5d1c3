"""What operators do, in a real browser, on the real service."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from cli.accounts import create_user
from common.jobs.progress import PAUSED
from score_import_client import Ongoing
from tests.browser.windows import Shot, Window
from tests.support.mid_import import hold_up
from tests.support.stack import Player, Stack, batch_manual, wait_for

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    return {"WEBHOOKS": "http://127.0.0.1:9/hook|secret"}


@pytest.fixture(scope="module")
def player(service: Stack) -> Player:
    return service.user("nora")


@pytest.fixture
def broken(service: Stack) -> Iterator[Callable[[], None]]:
    """Whatever is written of a session is refused, which is no fault of a user's, until mended."""

    def mend() -> None:
        with service.engine.begin() as connection:
            connection.execute(text("ALTER TABLE sessions DROP CONSTRAINT IF EXISTS nothing"))

    with service.engine.begin() as connection:
        connection.execute(text("ALTER TABLE sessions ADD CONSTRAINT nothing CHECK (false)"))
    yield mend
    mend()


def test_a_job_is_found_looked_at_and_run_again(
    window: Window,
    player: Player,
    broken: Callable[[], None],
    shot: Shot,
    check_accessibility: Callable[[Page], None],
) -> None:
    content = orjson.dumps(batch_manual(2))
    failed = player.submit(content)
    service = window.service
    state = "SELECT state FROM jobs WHERE job_id = :id"
    wait_for(lambda: service.scalar(state, id=failed.import_id) == "failed", "it fails")
    page = window.user("otto", admin=True)
    page.get_by_role("link", name="Operator").click()
    expect(page.locator("#live")).to_contain_text("score-import worker")
    shot(page, "operator")
    check_accessibility(page)
    page.get_by_role("link", name="Failures").click()
    expect(page.get_by_role("region", name="Failures")).to_contain_text("file/batch-manual")
    check_accessibility(page)
    page.get_by_role("link", name="file/batch-manual").click()
    check_accessibility(page)
    page.get_by_role("region", name="Jobs").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Attempts").locator("tbody tr")).to_have_count(1)
    check_accessibility(page)
    shot(page, "job")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download").click()
    assert kept.value.path().read_bytes() == content
    broken()
    page.get_by_role("button", name="Run it again").click()
    wait_for(lambda: service.scalar(state, id=failed.import_id) == "completed", "it runs")
    page.reload()
    page.get_by_role("link", name="See what came of it").click()
    expect(page.locator("#score-count")).to_have_text("2")


def test_the_queue_is_watched_and_cancelled_in_bulk(window: Window, player: Player) -> None:
    service = window.service
    page = window.user("paula", admin=True)
    page.get_by_role("link", name="Operator").click()
    waits = page.locator("#live .figures li").first
    expect(waits).to_contain_text("0 jobs wait")
    with service.engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE"))
        submitted = [player.submit(batch_manual(1, first=n)) for n in range(10, 13)]
        # It follows along by itself.
        expect(waits).to_contain_text("2 jobs wait")
        expect(page.get_by_role("region", name="What runs")).to_contain_text("nora")
        page.goto(f"{service.url}/operator/jobs?state=queued&user=nora")
        expect(page.get_by_role("region", name="Jobs").locator("tbody tr")).to_have_count(2)
        page.get_by_label("Reason, which their users read").fill("maintenance")
        page.get_by_role("button", name="Cancel those that wait or run").click()
        expect(page.get_by_role("status")).to_contain_text("Changed 2 jobs")
    player.wait(submitted[0])
    page.goto(f"{service.url}/operator/jobs?state=cancelled")
    jobs = page.get_by_role("region", name="Jobs")
    expect(jobs).to_contain_text("maintenance")
    count = jobs.locator("tbody tr").count()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose some jobs")
    window.expected.append("400")
    page.goto(f"{service.url}/operator/jobs?state=cancelled")
    jobs.get_by_role("checkbox", name="Choose the job of nora").first.check()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Removed 1")
    expect(jobs.locator("tbody tr")).to_have_count(count - 1)
    page.goto(f"{service.url}/operator")
    expect(page.get_by_role("img", name="Jobs that ended in the last hour")).to_be_visible()


def test_jobs_are_counted_by_state_and_followed(
    window: Window, player: Player, shot: Shot, check_accessibility: Callable[[Page], None]
) -> None:
    service = window.service
    page = window.user("ulla", admin=True)
    states = page.get_by_role("navigation", name="States")
    with hold_up(service) as reached:
        running = player.submit(batch_manual(1, first=40))
        waiting = player.submit(batch_manual(1, first=41))
        reached()
        page.goto(f"{service.url}/operator/jobs?user=nora&sort=oldest")
        expect(states.get_by_role("link", name="queued")).to_have_text("queued 1")
        expect(states.get_by_role("link", name="any")).to_have_attribute("aria-current", "page")
        shot(page, "jobs")
        check_accessibility(page)
        # By the keyboard, and the other filters and the order stay.
        states.get_by_role("link", name="running").focus()
        page.keyboard.press("Enter")
        expect(page.locator("select[name=state]")).to_have_value("running")
        expect(page.get_by_role("textbox", name="User", exact=True)).to_have_value("nora")
        expect(page.get_by_role("combobox", name="Order")).to_have_value("oldest")
        jobs = page.get_by_role("region", name="Jobs")
        expect(jobs.locator("tbody tr")).to_have_count(1)
        jobs.get_by_role("link").click()
        expect(page.locator("dl.facts")).to_contain_text("running")
        job_page = page
        chooser = window.page("/operator/jobs?user=nora&state=queued")
        chooser.get_by_role("checkbox", name=waiting.import_id).check()
        chooser.get_by_role("heading", name="Those that are chosen").click()
        lister = window.page("/operator/jobs?user=nora&sort=longest")
        expect(lister.get_by_role("region", name="Jobs").locator("tbody tr")).to_have_count(1)
    player.wait(running)
    player.wait(waiting)
    # Both pages go along; one in which something is chosen waits with it.
    expect(job_page.locator("dl.facts")).to_contain_text("completed")
    expect(job_page.get_by_role("button", name="Cancel it")).to_have_count(0)
    expect(lister.get_by_role("navigation", name="States")).to_contain_text("running 0")
    expect(lister.locator("#live")).to_contain_text("None.")
    expect(chooser.get_by_role("checkbox", name=waiting.import_id)).to_be_checked()
    chooser.get_by_role("checkbox", name=waiting.import_id).uncheck()
    chooser.get_by_role("heading", name="Those that are chosen").click()
    expect(chooser.locator("#live")).to_contain_text("None.")
    page.goto(f"{service.url}/operator/jobs?user=nora&sort=longest")
    page.get_by_role("navigation", name="States").get_by_role("link", name="completed").click()
    # What ended is not sorted so: the newest come first.
    expect(page.get_by_role("combobox", name="Order")).to_have_value("newest")


def test_a_long_list_is_paged_in_its_order(window: Window) -> None:
    service = window.service
    user_id = create_user(service.engine, "many")
    with service.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO jobs (user_id, job_id, kind, state, user_intent, arguments,"
                " accepted_at, started_at, finished_at)"
                " SELECT :user, 'many' || n, 'revert', 'completed', true, '{}', n, n, n + 1000"
                " FROM generate_series(1000, 1119) n"
            ),
            {"user": user_id},
        )
    page = window.user("vera", admin=True)
    page.goto(f"{service.url}/operator/jobs?user=many&sort=oldest")
    links = page.get_by_role("region", name="Jobs").get_by_role("link")
    found = []
    for count in (50, 50, 20):
        expect(links).to_have_count(count)
        found += [each.get_attribute("href") or "" for each in links.all()]
        if count == 50:
            with page.expect_navigation():
                page.get_by_role("link", name="The next ones").click()
    assert found == [f"/operator/jobs/many{n}" for n in range(1000, 1120)]
    page.get_by_role("link", name="The first ones").click()
    expect(links.first).to_have_attribute("href", "/operator/jobs/many1000")


def test_the_queue_is_paused_and_resumed(
    window: Window, player: Player, shot: Shot, check_accessibility: Callable[[Page], None]
) -> None:
    page = window.user("wanda", admin=True)
    watched = window.page("/operator")
    page.goto(f"{window.service.url}/operator")
    page.get_by_label("Reason, for other operators").fill("a new disk")
    page.keyboard.press("Enter")
    banner = page.locator("#live .warning")
    expect(banner).to_contain_text("The queue is paused: no job is begun. Since")
    expect(banner).to_contain_text("by wanda: a new disk")
    shot(page, "paused")
    check_accessibility(page)
    # Whoever looks at it sees so, too; and so does the player.
    expect(watched.locator("#live .warning")).to_contain_text("by wanda")
    submitted = player.submit(batch_manual(1, first=60))
    wait_for(lambda: player.client.poll(submitted) == Ongoing(PAUSED), "polls say so")
    expect(page.locator("#live .figures li").first).to_contain_text("1 jobs wait")
    page.get_by_role("button", name="Resume the queue").focus()
    page.keyboard.press("Enter")
    expect(banner).to_have_count(0)
    player.wait(submitted)
    expect(watched.locator("#live .warning")).to_have_count(0)
    page.get_by_role("combobox", name="What").select_option("jobs in the background")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(banner).to_contain_text("Jobs in the background are paused.")
    page.get_by_role("button", name="Resume jobs in the background").click()
    expect(banner).to_have_count(0)


def test_no_script_is_needed(window: Window, browser: Browser, player: Player) -> None:
    service = window.service
    context = browser.new_context(java_script_enabled=False)
    plain = Window(service, context)
    page = plain.user("xenia", admin=True)
    page.goto(f"{service.url}/operator")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("The queue is paused")).to_be_visible()
    submitted = player.submit(batch_manual(1, first=70))
    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("combobox", name="Order").select_option("oldest first")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="queued").click()
    rows = page.get_by_role("region", name="Jobs").locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(page.locator("dl.facts")).to_contain_text(submitted.import_id)
    expect(page.locator("dl.facts")).to_contain_text("queued; the queue is paused")
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Resume the queue").click()
    expect(page.get_by_text("The queue is paused")).to_have_count(0)
    player.wait(submitted)
    context.close()
    plain.check()


def test_deliveries_are_sent_again(
    window: Window, player: Player, check_accessibility: Callable[[Page], None]
) -> None:
    service = window.service
    with service.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO webhook_deliveries (user_id, id, receiver, event_id, type, content,"
                " state, attempts, created_at, next_attempt_at, last_error)"
                " SELECT :user_id, id, 'http://127.0.0.1:9/hook', 'e' || id, 'class-update/v1',"
                " '{}', 'dead', 5, :now, :now, 'refused'"
                " FROM generate_series(1000000, 1000002) id"
            ),
            # Old ones are removed.
            {"user_id": player.user_id, "now": int(time.time() * 1000)},
        )
    page = window.user("quinn", admin=True)
    page.goto(f"{service.url}/operator/webhooks")
    expect(page.get_by_role("region", name="Deliveries")).to_contain_text("given up")
    check_accessibility(page)
    page.get_by_role("row").filter(has_text="hook").nth(1).get_by_text("Send again").click()
    expect(page.get_by_role("status")).to_contain_text("1 deliveries are tried again.")
    page.get_by_role("button", name="Send all again now").click()
    expect(page.get_by_role("status")).to_contain_text("deliveries are tried again.")
    attempts = "SELECT bool_and(attempts > 0 AND state = 'pending') FROM webhook_deliveries"
    wait_for(lambda: service.scalar(attempts), "they are tried")


def test_a_user_is_banned_and_let_in_again(
    window: Window, player: Player, check_accessibility: Callable[[Page], None]
) -> None:
    service = window.service
    page = window.user("rosa", admin=True)
    page.goto(f"{service.url}/operator/users?search=nora")
    check_accessibility(page)
    page.get_by_role("button", name="Ban nora").click()
    level = "SELECT auth_level FROM users WHERE username = 'nora'"
    expect(page.get_by_role("button", name="Let nora in again")).to_be_visible()
    assert service.scalar(level) == 0
    page.get_by_role("button", name="Let nora in again").click()
    expect(page.get_by_role("button", name="Ban nora")).to_be_visible()
    assert service.scalar(level) == 1


def test_players_are_not_let_in(window: Window) -> None:
    page = window.user("sam")
    expect(page.get_by_role("link", name="Operator")).to_have_count(0)
    page.goto(f"{window.service.url}/operator")
    expect(page.get_by_role("alert")).to_have_text("You are not authorised to perform this.")
    window.expected.append("403")
