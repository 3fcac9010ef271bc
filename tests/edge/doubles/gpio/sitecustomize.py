"""Python imports this at its start: it lets tests see and disturb gpiozero's mock pins.

$GPIO_LOG is a file that gets a line for each change of a pin: seconds since the epoch, the pin's
name, and 0 or 1. $GPIO_FAULT is what a driver says when a program claims a pin; with "high: " in
front, when it sets the pin high. Like lgpio, a pin changes to $LG_WD and leaves a file there.
"""

import os
import time
from pathlib import Path

LOG, FAULT = os.environ.get("GPIO_LOG"), os.environ.get("GPIO_FAULT", "")

if LOG:
    from gpiozero.pins import mock

    class Pin(mock.MockPin):
        """A mock pin that writes down what happens to it."""

        def __init__(self, factory, info):
            os.chdir(os.environ.get("LG_WD", "."))
            Path(".lgd-nfy0").touch()
            super().__init__(factory, info)

        def _set_function(self, value):
            if FAULT and value == "output" and not FAULT.startswith("high: "):
                raise OSError(FAULT)
            super()._set_function(value)

        def _change_state(self, value):
            if value and FAULT.startswith("high: "):
                raise OSError(FAULT.removeprefix("high: "))
            if changed := super()._change_state(value):
                with Path(LOG).open("a") as log:
                    log.write(f"{time.time()} {self.info.name} {int(value)}\n")
            return changed

    mock.MockPin = Pin
