"""Pages as a new browser gets them: kilobytes on the wire, and when it first paints.

What the browser itself needs on this machine is measured beside them, with an empty page.
"""

import os
import shutil
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, sync_playwright

Emit = Callable[[str, float, str, int], None]
VISITS = 5
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def run(url: str, session: str, pages: dict[str, str], emit: Emit) -> None:
    """Open each page in a fresh profile several times."""
    with _browser() as browser, _empty_page() as empty:
        visits = [_visit(browser, empty, "/", "") for _visit_ in range(VISITS + 1)][1:]
        emit("an empty page: first paint", statistics.median(v[1] for v in visits), "ms", VISITS)
        for name, path in pages.items():
            _visit(browser, url, path, session)  # the server and the browser warm up
            visits = [_visit(browser, url, path, session) for _visit_ in range(VISITS)]
            emit(f"{name}: cold page", statistics.median(v[0] for v in visits) / 1000, "kB", VISITS)
            emit(f"{name}: requests of a cold page", visits[0][2], "requests", VISITS)
            emit(f"{name}: first paint", statistics.median(v[1] for v in visits), "ms", VISITS)


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Empty</title><p>Empty</p>")

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def _empty_page() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def _browser() -> Iterator[Browser]:
    names = [os.environ.get("CHROMIUM", ""), *CHROMIUM]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def _visit(browser: Browser, url: str, path: str, session: str) -> tuple[int, float, int]:
    """Bytes, milliseconds to the first paint, and requests."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fi-FI")
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(_size(event)))
    page.goto(url + path, wait_until="networkidle")
    painted = page.evaluate(FIRST_PAINT)
    context.close()
    return sum(sizes), float(painted), len(sizes)


def _size(event: dict[str, Any]) -> int:
    return int(event["encodedDataLength"])
