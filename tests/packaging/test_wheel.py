"""The wheel works by itself: in an empty environment, away from the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.brokers import free_port
from tests.support.stack import ROOT

pytestmark = pytest.mark.processes

SOURCES = ("api", "cli", "client", "common", "examples", "migrations", "worker")
FILES = ("LICENSE", "README.md", "pyproject.toml")


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        # None of what a developer, or this run of the tests, has set.
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The client's and the service's, made of a copy: setuptools leaves things behind."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        shutil.copytree(
            ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    # As pip does it, which asks for more beforehand.
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"
    run(sys.executable, "-c", build, cwd=source / "client")
    run(sys.executable, "-c", build, cwd=source)
    return sorted(folder.glob("*.whl"))


def test_everything_is_in_the_wheel(wheels: list[Path]) -> None:
    service, client = wheels
    assert "client" in client.name
    with zipfile.ZipFile(service) as archive:
        names = set(archive.namelist())
    for folder in ("api", "worker", "common", "migrations"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".html", ".js", ".css", ".mako", ".svg"):
                assert path.relative_to(ROOT).as_posix() in names
    for path in (ROOT / "examples").rglob("*.*"):
        assert f"cli/local/{path.relative_to(ROOT).as_posix()}" in names
    assert not any(name.startswith(("tests/", "bench/", "examples/", "client/")) for name in names)


@pytest.mark.long
def test_up_runs_from_the_wheel_in_an_empty_environment(wheels: list[Path], tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", str(environment), cwd=tmp_path)
    python = str(environment / "bin" / "python")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--no-index", "--no-deps", "--quiet", *map(str, wheels), cwd=tmp_path)
    # The dependencies that are pinned; of the checkout there is nothing in that folder.
    packages = Path(
        run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=tmp_path).strip()
    )
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    found = run(python, "-c", "import cli; print(cli.__file__)", cwd=tmp_path)
    assert found.startswith(str(packages))
    command = str(environment / "bin" / "score-import")
    said = run(command, "up", "--once", "--port", str(free_port()), cwd=tmp_path)
    assert "example catalogue loaded, 132 documents" in said
    assert "20 new scores" in said
    assert "Everything works" in said
    assert (
        "nothing runs"
        in subprocess.run(
            [command, "status"], cwd=tmp_path, capture_output=True, text=True, check=False
        ).stderr
    )
    assert list(tmp_path.iterdir()) == [environment], "it leaves nothing behind"
