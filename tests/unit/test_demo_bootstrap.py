"""``make demo`` on a machine that lacks something: one clear line, and a non-zero exit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TOO_OLD = '#!/bin/sh\ncase "$2" in *version_info[[]*) echo 3.9 ;; *version_info*) exit 1 ;; esac\n'
WRITE_STAMP = """
import runpy, sys
from pathlib import Path
install, requirements = runpy.run_path(sys.argv[1]), Path(sys.argv[2])
install["stamp_for"](requirements).write_text(install["fingerprint"](requirements))
"""
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n'


def bootstrap(directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a PATH that holds nothing but ``directory`` and the shell's own tools."""
    return subprocess.run(
        ["/bin/sh", "tools/bootstrap.sh", str(directory / "venv"), "requirements.txt"],
        cwd=PROJECT,
        env={"PATH": str(directory), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def pretend(directory: Path, name: str, script: str) -> None:
    path = directory / name
    path.write_text(script)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (TOO_OLD, "python3 is Python 3.9, but Antenne needs 3.11 or later."),
        (NO_VENV, "sudo apt install python3-venv"),
        ("#!/bin/sh\nexit 127\n", "No Python was found."),
    ],
)
def test_an_unsuitable_python_is_one_clear_line(tmp_path: Path, script: str, expected: str) -> None:
    pretend(tmp_path, "python3", script)
    failed = bootstrap(tmp_path)
    assert failed.returncode == 1
    assert expected in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_later_candidate_is_named_where_only_its_venv_module_is_missing(tmp_path: Path) -> None:
    pretend(tmp_path, "python3", TOO_OLD)
    pretend(tmp_path, "python3.12", NO_VENV)
    assert "python3.12 has no complete venv module" in bootstrap(tmp_path).stderr


def test_the_named_python_is_the_only_candidate(tmp_path: Path) -> None:
    pretend(tmp_path, "python3", NO_VENV)
    assert "PYTHON=python9 cannot be run" in bootstrap(tmp_path, PYTHON="python9").stderr


def test_a_finished_installation_is_not_repeated(tmp_path: Path) -> None:
    requirements = tmp_path / "none.txt"
    requirements.write_text("# nothing\n")
    command = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")]
    subprocess.run(command, check=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [str(python), str(PROJECT / "tools" / "install.py"), str(requirements)]
    failed = subprocess.run(install, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "could not be installed" in failed.stderr
    subprocess.run([str(python), "-c", WRITE_STAMP, *install[1:]], check=True)
    again = subprocess.run(install, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
