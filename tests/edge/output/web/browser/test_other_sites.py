"""Another site in the same browser makes nothing of the page's look watched."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.edge.waiting import until

PATHS = ("stream.mjpg", "api/snapshot.jpg", "api/state")


@contextmanager
def other_site(target: str) -> Iterator[str]:
    """Serve a page that embeds pictures of `target`, and links to it; yields its address."""
    pictures = "".join(
        f"<img src='{target}{path}' onerror='this.alt = \"refused\"' onload='this.alt = \"seen\"'>"
        for path in PATHS
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer with the page."""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<link rel=icon href=data:,>{pictures}<a href='{target}'>".encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_what_another_site_embeds_watches_nothing(browser, colours):
    watched = "the page is being watched"
    browser.expect("403 (Forbidden)", "net::ERR_BLOCKED_BY")
    with other_site(colours.url) as url:
        browser.driver.get(url)
        alts = "return [...document.images].map((image) => image.alt)"
        until(lambda: browser.run(alts) == ["refused"] * len(PATHS), "the refusals")
        assert watched not in colours.daemon.stderr
        browser.run("document.querySelector('a').click()")  # a link is the reader's own will
        until(lambda: browser.driver.current_url == colours.url, "the page")
    colours.daemon.wait_stderr(watched)
