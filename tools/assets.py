"""Copies the front-end libraries to where the product serves them from: regulars/web/static/vendor/.

`npm ci` has put echarts and SortableJS into node_modules/ (versions: package-lock.json); htmx and its extensions come
with the django-htmx wheel. Nothing is compiled. Run by `./run`, which fills the git-ignored folder on every machine.
"""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "regulars/web/static/vendor"

FROM_NPM = {
    "echarts.min.js": "echarts/dist/echarts.common.min.js",
    "sortable.min.js": "sortablejs/Sortable.min.js",
}
FROM_DJANGO_HTMX = {
    "htmx.min.js": "htmx-2.min.js",
    "htmx-sse.min.js": "ext/hx-sse-2.min.js",
    "htmx-preload.min.js": "ext/hx-preload-2.min.js",
}


def sources() -> dict[str, Path]:
    """File name in the vendor folder → where the installed package keeps it."""
    npm = {name: ROOT / "node_modules" / path for name, path in FROM_NPM.items()}
    htmx = Path(str(files("django_htmx"))) / "static" / "django_htmx"
    return npm | {name: htmx / path for name, path in FROM_DJANGO_HTMX.items()}


def main() -> int:
    """Copy every library; name the missing ones and return 1 when there are any."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    missing = 0
    for name, source in sources().items():
        if source.is_file():
            shutil.copyfile(source, VENDOR / name)
        else:
            print(f"assets: {name} is missing; expected at {source}", file=sys.stderr)
            missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
