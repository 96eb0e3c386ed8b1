"""Install a requirements file into the Python that runs this, showing progress; once.

python tools/install.py requirements.txt
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

BAR = 30
PLAIN_STEP = 15
LOG_LINES = 15


def stamp_for(requirements: Path) -> Path:
    """The file that says what was installed last."""
    return Path(sys.prefix) / f".installed-{requirements.stem}"


def fingerprint(requirements: Path) -> str:
    """Changes with the file and with the Python."""
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def show(done: int, total: int, name: str) -> None:
    """A bar on a terminal, a line now and then anywhere else."""
    if sys.stdout.isatty():
        filled = BAR * done // total
        sys.stdout.write(f"\r\033[K[{'█' * filled}{'·' * (BAR - filled)}] {done}/{total} {name}")
    elif done % PLAIN_STEP == 0:
        sys.stdout.write(f"Packages: {done} of {total}\n")
    sys.stdout.flush()


def install(requirements: Path, log: list[str]) -> int:
    """Run pip; its exit code. ``log`` gets its output."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    total = sum(1 for line in lines if line and line[0].isalnum())
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(requirements)]
    seen = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            log.append(line.rstrip())
            if line.startswith(("Collecting ", "Requirement already satisfied")) and seen < total:
                seen += 1
                show(seen, total, line.split(":")[-1].split()[-1 if ":" in line else 1].split(";")[0])
            elif line.startswith("Installing collected packages"):
                show(total, total, "unpacking …")
    return pip.returncode


def main() -> int:
    """Install unless the stamp says that it was done."""
    requirements = Path(sys.argv[1])
    stamp = stamp_for(requirements)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint(requirements):
        return 0
    sys.stdout.write(f"Installing {requirements} (a minute or two, only this once) …\n")
    log: list[str] = []
    code = install(requirements, log)
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K")
    if code:
        sys.stderr.write(
            "\n".join([*log[-LOG_LINES:], "The packages could not be installed; see above.", ""])
        )
        return 1
    stamp.write_text(fingerprint(requirements), encoding="utf-8")
    sys.stdout.write("Packages are installed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
