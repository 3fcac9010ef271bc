"""Ask on the terminal whether everybody in view has agreed."""

from pathlib import Path

from emotion_edge.errors import UserError

TERMINAL = Path("/dev/tty")
_QUESTION = "Has everybody in view agreed? Type yes to begin: "


def ask_for_consent(command: str, what: str) -> None:
    """Ask on the terminal, whatever stdin and stdout are; raises UserError without a yes.

    command: its name. what: lines that say what is going to happen.
    """
    try:
        with TERMINAL.open("r+b", buffering=0) as terminal:
            terminal.write(f"{what}\n{_QUESTION}".encode(errors="backslashreplace"))
            answer = terminal.readline().decode(errors="replace").strip().lower()
    except OSError:
        raise UserError(f"{command} asks for consent on a terminal, and there is none") from None
    if answer != "yes":
        raise UserError("no consent: no picture was taken")
