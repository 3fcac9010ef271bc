"""Run `emotion-edge collect`, which asks for consent on a terminal."""

import os
import pty
import subprocess

from tests.edge.command_line import command


def start(*arguments: object) -> tuple[subprocess.Popen[str], int]:
    """Start the command in a new terminal; return its process and our end of the terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *command("collect", *arguments)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    return process, ours


def collect(*arguments: object, answer: str = "yes\n") -> subprocess.CompletedProcess[str]:
    """Run the command in a new terminal, on which `answer` is typed."""
    process, ours = start(*arguments)
    os.write(ours, answer.encode())
    stdout, stderr = process.communicate(timeout=120)
    terminal = os.read(ours, 10_000).decode()
    os.close(ours)
    result = subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
    result.terminal = terminal
    return result
