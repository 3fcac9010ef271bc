"""What is published, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """The content and the frequency of the messages.

    heartbeat: seconds after which an unchanged state is published again; 0: never. expire: seconds
    after which Home Assistant forgets a state; 0: never. every_frame: see `lines_of`. aggregate:
    publish nothing about single faces. page: the web page's address, if there is one.
    """

    heartbeat: float = 10.0
    expire: float = 90.0
    every_frame: bool = False
    aggregate: bool = False
    page: str | None = None
