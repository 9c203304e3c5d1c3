"""What deploys the service agrees with what runs it here, and keeps the promises of the docs."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from sqlalchemy import make_url, text

from cli.local import EmbeddedPostgres, services
from cli.main import main
from common.database.engine import migrate, open_engine
from common.settings import load_settings
from common.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
NAMES = {each.name for each in VARIABLES}
# What the compose file itself decides.
GIVEN = {"BIND"}
FILES = {
    f"{name}_FILE": f"/run/secrets/{name.lower()}"
    for name in ("DATABASE_URL", "REDIS_URL", "CREDENTIAL_KEYS", "WEBHOOKS")
}
PROCESSES = {
    "web": services.WEB,
    "worker": services.WORKER,
    "beat": services.BEAT,
    "metrics": ["score-import", "metrics", "--bind", "0.0.0.0"],
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


@pytest.fixture(scope="module")
def containers(compose: dict[str, Any]) -> dict[str, Any]:
    services_: dict[str, Any] = compose["services"]
    return services_


@pytest.fixture(scope="module")
def procfile() -> dict[str, list[str]]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: shlex.split(command) for name, command in (line.split(": ", 1) for line in lines)}


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def seconds(duration: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m)", duration).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "m": 60}[unit]


def default(variable: str) -> str | None:
    return next(each.default for each in VARIABLES if each.name == variable)


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_is_the_same_everywhere(
    process: str, containers: dict[str, Any], procfile: dict[str, list[str]]
) -> None:
    ours = PROCESSES[process]
    assert containers[process]["command"][: len(ours)] == ours
    assert procfile[process][: len(ours)] == ours


def test_nothing_runs_in_one_place_only(
    containers: dict[str, Any], procfile: dict[str, list[str]]
) -> None:
    assert set(procfile) == {*PROCESSES, "release"}
    assert set(containers) == {*PROCESSES, "migrate", "cli", "postgres", "redis", "proxy"}
    assert containers["cli"]["profiles"] == ["cli"], "it starts with nothing"
    assert procfile["release"] == containers["migrate"]["command"] == ["score-import", "migrate"]


@pytest.mark.parametrize("container", ["postgres", "redis", *PROCESSES, "proxy"])
def test_every_lasting_container_has_a_health_check(
    container: str, containers: dict[str, Any]
) -> None:
    assert containers[container]["healthcheck"]["test"]


@pytest.mark.parametrize("process", PROCESSES)
def test_processes_wait_for_servers_and_schema(process: str, containers: dict[str, Any]) -> None:
    assert containers[process]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_workers_scale(containers: dict[str, Any]) -> None:
    worker = containers["worker"]
    assert not {"container_name", "ports", "hostname", "volumes"} & set(worker)
    assert not any("container_name" in each for each in containers.values())


def test_there_is_one_beat(containers: dict[str, Any]) -> None:
    assert containers["beat"]["deploy"]["replicas"] == 1


def test_a_stopped_worker_has_time_to_finish_its_imports(containers: dict[str, Any]) -> None:
    hard_limit = default("JOB_HARD_TIME_LIMIT")
    assert hard_limit is not None
    assert seconds(containers["worker"]["stop_grace_period"]) > int(hard_limit)


@pytest.mark.parametrize("process", [*PROCESSES, "migrate", "cli"])
def test_every_setting_is_passed_on(process: str, containers: dict[str, Any]) -> None:
    environment = containers[process]["environment"]
    # As itself, or as the file that holds it.
    given = {each.removesuffix("_FILE") if each not in NAMES else each for each in environment}
    assert given == NAMES
    for name, value in environment.items():
        if name not in (*GIVEN, *FILES):
            # Whatever the operator exports; without that it is empty, which is the default.
            assert re.fullmatch(rf"\$\{{{name}:-.*\}}", value), name


def test_passwords_and_keys_come_from_files(
    compose: dict[str, Any], containers: dict[str, Any]
) -> None:
    folder = "${SECRETS_FOLDER:-./secrets}"
    assert all(each["file"] == f"{folder}/{name}" for name, each in compose["secrets"].items())
    for name, container in containers.items():
        environment = container.get("environment", {})
        for variable, value in environment.items():
            if re.search(r"PASSWORD|DATABASE_URL|REDIS_URL|KEYS|WEBHOOKS", variable):
                assert variable.endswith("_FILE"), variable
                assert Path(value).name in container["secrets"], (name, variable)
        assert not re.search(r"\$\{?\w*PASSWORD", str(container)), name


def test_the_secrets_are_made_by_a_command(compose: dict[str, Any], tmp_path: Path) -> None:
    make = [str(ROOT / "deploy" / "make-secrets.sh"), str(tmp_path / "secrets")]
    subprocess.run(make, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() == compose["secrets"].keys()
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    secrets = tmp_path / "secrets"
    files = {name: str(secrets / Path(path).name) for name, path in FILES.items()}
    settings = load_settings({"OUR_URL": "https://localhost", **files})
    assert make_url(settings.database_url).password == made["postgres_password"]
    assert len(settings.credential_keys) == 1
    assert settings.webhooks == ()
    subprocess.run(make, check=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == made, "they stay"


def test_logs_do_not_fill_the_disk(containers: dict[str, Any]) -> None:
    for name, container in containers.items():
        assert container["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_first_steps_are_commands_that_there_are(compose: dict[str, Any]) -> None:
    """Those in the head of docker-compose.yml."""
    head = (ROOT / "docker-compose.yml").read_text().split("x-lasting")[0]
    commands = re.findall(r" cli (.+)", head)
    assert [command.split()[:2] for command in commands] == [
        ["seeds", "load"],
        ["users", "create"],
        ["tokens", "create"],
    ]
    for command in commands:
        group: Any = main
        words = command.split()
        for word in words[:2]:
            group = group.get_command(click.Context(group), word)
        options = {option for each in group.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, command


def test_data_of_postgres_are_kept_where_version_18_has_them(
    compose: dict[str, Any], containers: dict[str, Any]
) -> None:
    assert containers["postgres"]["image"] == "postgres:18"
    volume, path = containers["postgres"]["volumes"][0].split(":")
    assert path == "/var/lib/postgresql"
    assert volume in compose["volumes"]


def test_the_proxy_is_the_only_way_in(containers: dict[str, Any]) -> None:
    assert [name for name, each in containers.items() if "ports" in each] == ["proxy"]
    assert any(":/etc/nginx/nginx.conf:ro" in each for each in containers["proxy"]["volumes"])


def test_every_container_has_a_limit_of_memory_and_of_processes(
    containers: dict[str, Any],
) -> None:
    for name, container in containers.items():
        assert re.fullmatch(r"\d+[mg]", container["mem_limit"]), name
        assert 0 < container["pids_limit"] <= 500, name


def test_the_service_is_no_superuser_of_its_database(containers: dict[str, Any]) -> None:
    assert containers["postgres"]["environment"]["POSTGRES_USER"] != "score_import"
    assert "//score_import:" in (ROOT / "deploy" / "make-secrets.sh").read_text()
    assert (
        "./deploy/create-role.sh:/docker-entrypoint-initdb.d/create-role.sh:ro"
        in (containers["postgres"]["volumes"])
    )


def test_the_role_that_is_made_can_migrate_and_nothing_more(postgres: EmbeddedPostgres) -> None:
    script = (ROOT / "deploy" / "create-role.sh").read_text()
    sql = script.split("<<'SQL'\n")[1].split("SQL\n")[0].replace(":'password'", "'made-for-a-test'")
    # The tests' own server has a role of that name.
    sql = sql.replace("score_import", "made_for_a_test")
    administrator = open_engine(postgres.url_of("postgres"))
    with administrator.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in sql.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    url = make_url(postgres.url_of("made_for_a_test")).set(
        username="made_for_a_test", password="made-for-a-test"
    )
    service = url.render_as_string(hide_password=False)
    migrate(service)
    engine = open_engine(service)
    with engine.connect() as connection:
        role = connection.execute(
            text(
                "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
                " FROM pg_roles WHERE rolname = current_user"
            )
        )
        assert role.scalar_one() is False
    engine.dispose()
    with administrator.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("DROP DATABASE made_for_a_test WITH (FORCE)")
        connection.exec_driver_sql("DROP ROLE made_for_a_test")
    administrator.dispose()


def test_containers_run_without_privileges(containers: dict[str, Any], dockerfile: str) -> None:
    last_user = re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE)[-1]
    assert int(last_user.split(":")[0]) >= 1000
    for process in PROCESSES:
        assert containers[process]["cap_drop"] == ["ALL"]
        assert containers[process]["read_only"] is True
        assert "user" not in containers[process]


def test_the_image_is_made_of_pinned_packages(dockerfile: str) -> None:
    installs = re.findall(r"pip install (.+)", dockerfile)
    assert installs
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)


def test_the_image_holds_what_it_is_made_of() -> None:
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert all((ROOT / path).exists() for path in kept)
    assert {"api", "worker", "common", "cli", "migrations", "requirements-runtime.lock"} <= kept


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-runtime.lock"])
def test_lock_files_pin_everything_and_name_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=\S)", text)
    assert all(re.match(r"[\w.-]+==\S+", each) and "--hash=sha256:" in each for each in packages)
    assert not re.search(r"https?:|file:|--index|--find-links|/", text)
