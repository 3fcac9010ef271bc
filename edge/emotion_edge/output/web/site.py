"""What the handlers of a page's requests share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from emotion_edge.output.host_rules import HostRules
from emotion_edge.output.json_lines import Line
from emotion_edge.output.web.access.guard import Guard
from emotion_edge.output.web.hub import EventHub, PictureHub
from emotion_edge.output.web.picture import Pictures
from emotion_edge.output.web.viewers import Viewers


@dataclass(kw_only=True)
class Site(ABC):
    """A page: who may see it, who does, and what its events say.

    pictures: None: none is shown. secure: whether it is served by https. watching: the connections
    of those who watch. purpose, contact: what its sign says of them, "" for nothing.
    keeps_pictures: whether some stay on the device, which the sign says. has_fixed_times: whether
    the time of an event must not show anything.
    """

    guard: Guard
    hosts: HostRules
    viewers: Viewers
    pictures: Pictures | None
    secure: bool
    purpose: str = ""
    contact: str = ""
    keeps_pictures: bool = False
    has_fixed_times: bool = False
    watching: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make what hands pictures and events out."""
        self.picture_hub = PictureHub()
        self.events = EventHub(self.state, self.mark, self.is_hidden, fixed=self.has_fixed_times)

    @property
    @abstractmethod
    def title(self) -> str:
        """What tells the page from those of others."""

    @abstractmethod
    def state(self) -> Line:
        """Return the present state."""

    @abstractmethod
    def mark(self) -> object:
        """Return what changes with the state, but for its figures."""

    @abstractmethod
    def is_hidden(self) -> bool:
        """Tell whether nothing that the camera saw may leave now, however early it was seen."""
