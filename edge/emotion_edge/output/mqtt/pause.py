"""Which of the messages on `set` count: the table in docs/mqtt-home-assistant.md."""


class PauseRule:
    """Decides whether the daemon is paused, from the commands of all brokers in their order.

    paused: the decision; False at the start.
    """

    def __init__(self, brokers: int) -> None:
        """Start without any command. brokers: how many there are."""
        self.paused = False
        # Whether the `resume` that a broker retains, if it does, can be one that it has delivered.
        self._seen_resume = [False] * brokers

    def received(self, broker: int, *, paused: bool, retained: bool, first: bool) -> None:
        """Take in a command.

        broker: its index. paused: True for `pause`, False for `resume`. retained: whether the
        broker had kept it, so that it may be old. first: whether nothing that the broker retains
        can have been delivered before this connection.
        """
        if paused:
            self.paused = True
            if retained:  # a `resume` retained later is a new one
                self._seen_resume[broker] = False
            return
        old = retained and (first or self._seen_resume[broker])
        self._seen_resume[broker] = True
        if not old:
            self.paused = False

    def kept(self, broker: int, paused: bool) -> None:
        """Note what a broker retains. It is no command, because a later one has been received."""
        self._seen_resume[broker] = not paused
