"""The model's updates in Home Assistant: shown, asked for, and gone again."""

from tests.edge.output.mqtt.updates.files import SharedFiles
from tests.edge.waiting import until

MODEL, CHECK = "update.emotion_shelf_model", "button.emotion_shelf_check_for_a_model"


def taken(shared: SharedFiles) -> str:
    """Wait for a request, take it as `update --requested` does, and return it."""
    until(shared.request.exists, "a request")
    word = shared.request.read_text()
    shared.request.unlink()
    return word


def wait_attributes(home, **expected: object) -> None:
    def reached() -> bool:
        found = home.states()[MODEL]["attributes"]
        return {name: found.get(name) for name in expected} == expected

    until(reached, f"{MODEL}: {expected}")


def test_an_update_is_shown_installed_and_gone(home, start, colours, tmp_path):
    shared = SharedFiles(tmp_path)
    run = start("shelf", "--source", colours, *shared.options)
    home.wait("switch.emotion_shelf_pause", "off")
    assert MODEL not in home.states()
    shared.say()
    home.wait(MODEL, "on")
    wait_attributes(home, installed_version="2026-11", latest_version="2026-12", problem="")
    wait_attributes(home, in_progress=False, update_percentage=None)
    home.ask("call", domain="update", service="install", data={"entity_id": MODEL})
    assert taken(shared) == "install\n"
    shared.say(progress=40)
    wait_attributes(home, in_progress=True, update_percentage=40)
    shared.say(problem="it does not work here")
    wait_attributes(home, in_progress=False, problem="it does not work here")
    shared.say(installed="2026-12")
    home.wait(MODEL, "off")
    # A release that was stopped: the device is to go back.
    shared.say(installed="2026-12", latest="emotion-compact")
    home.wait(MODEL, "on")
    home.ask("call", domain="button", service="press", data={"entity_id": CHECK})
    assert taken(shared) == "check\n"
    shared.state.unlink()
    until(lambda: not {MODEL, CHECK} & home.states().keys(), "their removal")
    assert run.end()[0] == 0
