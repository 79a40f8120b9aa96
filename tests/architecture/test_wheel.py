"""The wheel carries everything: built, installed elsewhere, it serves a page."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clusters import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment in which the wheel, and not the checkout, is the program."""

    folder: Path
    environ: dict[str, str]

    def run(self, program: str, *arguments: str) -> str:
        return subprocess.run(
            [str(self.folder / "env" / "bin" / program), *arguments],
            cwd=self.folder,
            env=self.environ,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    pip = [str(folder / "env" / "bin" / "pip"), "install", "-q", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    (site,) = (folder / "env").glob("lib/python3*/site-packages")
    # The libraries are this environment's own: only the program is new.
    libraries = next(one for one in sys.path if one.endswith("site-packages"))
    (site / "libraries.pth").write_text(libraries + "\n", encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NADOR_")}
    kept.pop("PYTHONPATH", None)
    return Installed(folder, kept | {"NADOR_INSTANCE": str(folder / "instance")})


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE
    ).stdout.split()
    return {path for path in listed if (ROOT / path).exists()}


def test_the_wheel_carries_every_file(wheel: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: git lists the files that must be inside")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = tracked("nador") | {
        f"nador/{path}" for path in tracked("templates") | tracked("migrations")
    }

    assert wanted - names == set()


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert [name for name in names if not name.startswith(("nador/", "nador-"))] == []


def test_the_wheel_serves_pages(installed: Installed) -> None:
    where = installed.run("python", "-c", "import nador; print(nador.__file__)")
    assert where.startswith(str(installed.folder / "env"))
    installed.run("nador", "migrate")
    installed.run(
        "python",
        "-c",
        "import os; from nador.settings import Settings; "
        "Settings.from_environment(os.environ).make_secret_key()",
    )
    port = free_port()
    server = subprocess.Popen(
        [str(installed.folder / "env/bin/nador"), "serve", "--port", str(port), "--processes=1"],
        cwd=installed.folder,
        env=installed.environ,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", server)
        page, style = _get(port, "/sign-in?lang=ar"), _get(port, "/static/css/nador.css")
    finally:
        server.terminate()
        ended = server.wait(timeout=30)

    assert 'dir="rtl"' in page
    assert "الدخول" in page
    assert "@layer" in style
    assert ended == 0


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError("the installed program does not answer")
