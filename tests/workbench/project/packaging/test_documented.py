"""docs/container.md says what edge/packaging/Containerfile does."""

import re

import pytest

from tests.pi.containerfile import read_steps
from tests.workbench.conftest import REPOSITORY
from tests.workbench.project.documentation import blocks
from tests.workbench.project.programs import accept, main_of

PAGE = REPOSITORY / "docs/container.md"
COMMANDS = [words for each in blocks() if each.page == PAGE.name for words in each.commands()]
RUNS = [words for words in COMMANDS if words[:2] == ["podman", "run"]]
STEPS = [*read_steps((REPOSITORY / "edge/packaging/Containerfile").read_text())]


@pytest.mark.parametrize("words", RUNS, ids=len)
def test_the_program_accepts_its_arguments(words, monkeypatch):
    accept(main_of("emotion_edge"), words[words.index("emotion-edge") :], monkeypatch)


def test_secrets_are_where_the_program_looks_for_them_and_its_user_reads_them():
    (user,) = (text for word, text in STEPS if word == "USER")
    (words,) = (words for words in RUNS if "--secret" in words)
    name, *options = words[words.index("--secret") + 1].split(",")
    assert options == [f"uid={user}", "mode=0400"]
    assert words[-2:] == ["--password-file", f"/run/secrets/{name}"]
    assert f"user {user}" in PAGE.read_text()


def test_the_page_names_its_extras_and_its_state():
    text = " ".join(text for word, text in STEPS if word in ("RUN", "ENV"))
    (extras,) = re.findall(r"whl\[([\w,]+)]", text)
    sentence = PAGE.read_text().partition("the extras ")[2].partition(";")[0]
    assert re.findall(r"`\[(\w+)]`", sentence) == extras.split(",")
    (state,) = re.findall(r"STATE_DIRECTORY=(\S+)", text)
    assert f"a volume at `{state}`" in PAGE.read_text()
