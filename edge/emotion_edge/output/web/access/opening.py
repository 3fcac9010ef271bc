"""Everything that guards a page, from its settings."""

import logging
import ssl

from emotion_edge.output.web.access.guard import Guard
from emotion_edge.output.web.access.password import read_web_password, transport_danger
from emotion_edge.output.web.access.tls import certificate_danger, tls_context
from emotion_edge.output.web.settings import WebSettings

log = logging.getLogger(__name__)


def open_access(settings: WebSettings) -> tuple[Guard, ssl.SSLContext | None]:
    """Return what knows the password and the sessions, and what encrypts connections.

    Warns of what endangers the page. Raises UserError if the settings cannot be used, or are not
    safe.
    """
    guard = Guard(read_web_password(settings), settings.address.port)
    context = tls_context(settings)
    for danger in filter(None, (transport_danger(settings), certificate_danger(settings))):
        log.warning("%s; %s", danger.found, danger.remedy)
    return guard, context
