"""A real browser without a window, and what a test wants to know of the page in it."""

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.edge.waiting import until

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# --no-sandbox: Chromium has none as root. /dev/shm is small in containers.
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--hide-scrollbars",
)


class Browser:
    """Chromium with one page. It belongs to one test at a time: see `begin` and `end`."""

    def __init__(self, downloads: Path) -> None:
        """Start it; downloads: where it saves files."""
        if not (CHROMIUM and CHROMEDRIVER):
            pytest.skip("chromium or chromium-driver is not installed")
        webdriver = pytest.importorskip("selenium.webdriver")
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in _FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(CHROMEDRIVER)
        self.driver = webdriver.Chrome(options=options, service=service)
        self.downloads = downloads
        self._expected: tuple[str, ...] = ()

    def begin(self) -> None:
        """Forget the test before; a test may widen the window and darken the scheme."""
        self._expected = ()
        self.driver.get("about:blank")
        self.command("Network.clearBrowserCookies")
        # Each time, because it is forgotten with the window in which it was said.
        folder = {"behavior": "allow", "downloadPath": str(self.downloads)}
        self.command("Browser.setDownloadBehavior", **folder)
        self.look(1440, "light")
        self.driver.get_log("browser")

    def end(self) -> None:
        """Assert that the console has no error and no warning but the expected ones."""
        messages = self.console()
        self.driver.get("about:blank")  # ends the page's streams
        assert not messages, f"on the console: {messages}"

    def expect(self, *parts: str) -> None:
        """Allow messages on the console that have one of these parts."""
        self._expected = parts

    def console(self) -> list[str]:
        """Return what the console said since the last time, without what was expected."""
        messages = [entry["message"] for entry in self.driver.get_log("browser")]
        return [text for text in messages if not any(part in text for part in self._expected)]

    def command(self, name: str, **values: object) -> Any:
        """Send a command of Chrome's own protocol."""
        return self.driver.execute_cdp_cmd(name, values)

    def look(self, width: int, scheme: str, height: int = 900) -> None:
        """Set the window's size in pixels and the preferred colour scheme, "light" or "dark"."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", **size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.command("Emulation.setEmulatedMedia", features=[feature])

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a script's `return` gives."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> Any:
        """Return the first element."""
        return self.driver.find_element("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        """Return the visible texts of all elements, read at one moment."""
        script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText)"
        return [text.strip() for text in self.run(script, selector)]

    def text(self, selector: str) -> str:
        """Return the visible text of the first element; "" if there is none."""
        return next(iter(self.texts(selector)), "")

    def wait_text(self, selector: str, part: str) -> str:
        """Wait until an element's text has a part; return the text."""
        expected = f"{part!r} in {selector}"
        return until(lambda: (text := self.text(selector)) and part in text and text, expected)

    def violations(self) -> list[str]:
        """Return what axe finds wrong for people who use a screen reader or see little."""
        axe = pytest.importorskip("axe_core_python.selenium").Axe()
        found = axe.run(self.driver)["violations"]
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    def screenshot(self, path: Path) -> None:
        """Save the whole page, as high as it is, as PNG or JPEG."""
        kind = "jpeg" if path.suffix == ".jpg" else "png"
        taken = self.command("Page.captureScreenshot", format=kind, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    def quit(self) -> None:
        """End the browser."""
        self.driver.quit()
