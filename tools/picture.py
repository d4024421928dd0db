"""Makes docs/review.png: part of a review of the demo's pull request, rendered by headless Chromium.

make demo && python -m tools.picture
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from concertmaster.github.preview import shown
from concertmaster.local_review import plan_locally
from concertmaster.report.html import render_review
from tools.demo import BRANCH, PLACE, git

SHOWN = "workflows/ip_prefix/modify_ip_prefix.py"
PICTURE = Path("docs/review.png")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=960,900",
)  # fmt: skip


def main() -> int:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    repository = PLACE / "network"
    if browser is None or not repository.exists():
        sys.stdout.write("SKIPPED: this needs Chromium, and the project that `make demo` leaves.\n")
        return 0
    git(repository, "checkout", "--quiet", BRANCH)
    plan, read, _ = plan_locally(repository, "main", installed_release=None, target=None)
    git(repository, "checkout", "--quiet", "main")
    comments = [comment for comment in shown(plan, read) if comment.path == SHOWN]
    page = render_review(
        title="Review of a pull request", verdict=plan.verdict, summary="", comments=comments
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, encoding="utf-8")
        command = [
            browser,
            *OPTIONS,
            f"--user-data-dir={folder}/profile",
            f"--screenshot={PICTURE.resolve()}",
        ]
        subprocess.run([*command, path.as_uri()], check=True, capture_output=True)
    sys.stdout.write(f"{PICTURE} shows {len(comments)} comments.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
