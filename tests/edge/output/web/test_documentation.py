"""What the documentation says of the page's limits, and of what strangers get."""

from pathlib import Path

import pytest

DOCS = Path(__file__).parents[4] / "docs"
pytest.importorskip("tornado")


def test_the_times_for_a_request_are_those_that_the_server_has():
    from emotion_edge.output.web.handlers import faces
    from emotion_edge.output.web.server import BODY_TIMEOUT_S, IDLE_TIMEOUT_S

    text = " ".join((DOCS / "web-page.md").read_text().split())
    head, body, picture = (
        f"{each:g}" for each in (IDLE_TIMEOUT_S, BODY_TIMEOUT_S, faces.BODY_TIMEOUT_S)
    )
    assert (
        f"head of a request has to come within {head} seconds, its body within {body} more" in text
    )
    assert f"`POST /api/faces` within {picture})" in text


def test_privacy_names_all_that_is_answered_without_the_password(guarded):
    from emotion_edge.output.web.handlers.routes import _OF_EVERY_PAGE, DAEMON
    from tests.edge.output.web.asking import ask

    text = (DOCS / "privacy.md").read_text()
    rows = [row for row in text.splitlines() if "without the password" in row]
    for path, handler, *_ in (*_OF_EVERY_PAGE, *DAEMON):
        assert any(f"`{path.partition('(')[0]}`" in row for row in rows) != handler.needs_login, (
            path
        )
    page = ask(guarded.port, "/login").body.decode()
    assert f":{guarded.port}</h1>" in page  # the host's name and the port, as that row says
