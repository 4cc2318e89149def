"""Draw the pictures of docs/gallery: the weekly report and the map of the sample log, in Chromium.

python scripts/make_gallery.py
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_logs" / "demo"
GALLERY = ROOT / "docs" / "gallery"
EARLIER = "2026-07-20"
"""When the report before was made: what the export held until then."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Make the logs and reports in a temporary folder and take the pictures."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("no Chromium: apt-get install chromium")
    GALLERY.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copy(SAMPLE / "ordermine.toml", work)
        _cut_export(work / "orders.csv")
        _ordermine(work, "report", "orders.csv", "--project", "ordermine.toml", "--as-of", EARLIER, "-o", "then")
        shutil.copy(SAMPLE / "orders.csv", work)
        _ordermine(work, "report", "orders.csv", "--project", "ordermine.toml", "-o", "now", "--against", "then")
        _ordermine(work, "map", "orders.csv", "--project", "ordermine.toml", "-o", "map.html")
        _picture(browser, work / "now" / "report.html", "report", 1280, 1640)
        _picture(browser, work / "now" / "report.html", "report-phone", 500, 1400)
        _picture(browser, work / "map.html", "map", 1280, 1000)


def _cut_export(path: Path) -> None:
    """Write the rows of the sample that an export of then would have held."""
    with (SAMPLE / "orders.csv").open(encoding="utf-8", newline="") as whole, path.open("w", newline="") as part:
        rows = csv.reader(whole)
        header = next(rows)
        at = header.index("Changed at")
        csv.writer(part).writerows([header, *(row for row in rows if row[at] < EARLIER)])


def _ordermine(folder: Path, *arguments: str) -> None:
    program = "from ordermine.cli import main; main()"
    subprocess.run([sys.executable, "-c", program, *arguments, "-q"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _picture(browser: str, page: Path, name: str, width: int, height: int) -> None:
    target = GALLERY / f"{name}.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}"]
    data = f"--user-data-dir={page.parent / 'browser'}"
    command = [browser, *options, data, f"--screenshot={target}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
