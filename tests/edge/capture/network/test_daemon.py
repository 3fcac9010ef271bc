"""Network cameras on the command line: the daemon, doctor, config, and passwords nowhere."""

import pytest

from tests.edge.brokers.mosquitto import free_port, plain_broker
from tests.edge.capture.network import http_camera as http
from tests.edge.command_line import edge, own_lines
from tests.edge.commands.doctor.helpers import run_doctor
from tests.edge.models import INT8
from tests.edge.output.web.asking import ask
from tests.edge.pictures import save
from tests.edge.waiting import until

ENCODED = "p%40ss%3Aw%2F%C3%B6%23%3F"  # SECRET in an address
FAST = ("--fps", 20, "--stall", 1, "--heartbeat", 0.2)
NO_CAMERA = ("unknown", "no_camera")


def run(*options: object):
    return edge("run", "--model", INT8, "--faces", "off", *options)


def test_the_daemon_labels_a_camera_says_its_loss_and_goes_on_when_it_is_back(daemon):
    with http.HttpCamera(http.picture("red")) as camera:
        running = daemon("--source", camera.url(), *FAST)
        until(lambda: ("red", None) in running.decisions, "red")
    until(lambda: NO_CAMERA in running.decisions, "the loss")
    with http.HttpCamera(http.picture("blue"), port=camera.port):
        until(lambda: ("blue", None) in running.decisions, "blue")
    assert {line["source"] for line in running.stdout} == {camera.url()}
    assert running.end()[0] == 0
    assert f"{camera.url()}: the camera has ended" in running.stderr or (
        f"{camera.url()}: nothing listens at port {camera.port}" in running.stderr
    )


@plain_broker
def test_a_password_is_nowhere_in_what_leaves_the_daemon(daemon, broker, password_file):
    heard: list[str] = []
    client = broker.client()
    client.on_message = lambda _client, _data, message: heard.append(f"{message.payload!r}")
    client.subscribe("#")
    web = free_port()
    with http.HttpCamera(http.asks_digest(http.picture("red"))) as camera:
        login = ("--source", camera.url(login="ad%20min@"), "--source-password-file", password_file)
        where = ("--to", "-", "--to", broker.url, "--web", web, "--verbose")
        running = daemon(*login, *where, *FAST)
        until(lambda: ("red", None) in running.decisions, "red")
        state = ask(web, "/api/state")
        until(lambda: any("red" in each for each in heard), "red by MQTT")
    until(lambda: NO_CAMERA in running.decisions, "the loss")
    client.loop_stop()
    assert state.json["source"] == camera.url()
    shown = " ".join([*heard, state.body.decode(), running.stderr, str(running.stdout)])
    for secret in (http.SECRET, ENCODED, "ad min", "ad%20min"):
        assert secret not in shown


def test_a_password_on_the_command_line_is_warned_of_and_not_shown():
    with http.HttpCamera(http.asks_basic(http.picture("red"))) as camera:
        result = run("--source", camera.url(login=f"ad%20min:{ENCODED}@"), "--frames", 1)
    assert result.returncode == 0, result.stderr
    assert (
        f"--source {camera.url()}: every user of this computer sees the password" in result.stderr
    )
    assert "give --source-password-file PATH" in result.stderr
    assert ENCODED not in result.stdout + result.stderr


def test_a_password_in_the_query_on_the_command_line_is_warned_of_and_not_shown():
    with http.HttpCamera(http.picture("red")) as camera:
        result = run(
            "--source", camera.url("/snap?user=me&password=SECRET"), "--frames", 1, "--all"
        )
    assert "every user of this computer sees the password" in result.stderr
    assert "password=********" in result.stdout
    assert "SECRET" not in result.stdout + result.stderr


def test_a_password_in_the_settings_file_is_not_warned_of(write_settings):
    with http.HttpCamera(http.asks_basic(http.picture("red"))) as camera:
        path = write_settings(f'source = "{camera.url(login=f"ad%20min:{ENCODED}@")}"')
        result = run("--config", path, "--frames", 1)
        shown = edge("config", "--config", path).stdout
    assert result.returncode == 0, result.stderr
    assert "every user" not in result.stderr
    assert ENCODED not in shown
    assert 'source = "http://ad%20min:********@' in shown


def test_a_password_file_for_another_source_is_an_error_unless_it_comes_from_the_settings(
    write_settings, password_file, tmp_path
):
    photo = save(tmp_path / "red.png", "red")
    result = run("--source", photo, "--source-password-file", password_file)
    assert result.returncode == 2
    assert "--source-password-file: --source is no network camera" in result.stderr
    path = write_settings(
        f'source = "rtsp://me@camera/x"\nsource-password-file = "{password_file}"'
    )
    result = run("--config", path, "--source", photo)
    assert result.returncode == 0
    assert "--source-password-file: --source is no network camera" in result.stderr


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http.asks_basic(http.picture()), "it asks for a login (401)"),
        (lambda handler: http.send(handler, "text/html", b"", 404), "nothing at this path (404)"),
        (lambda handler: http.send(handler, "text/html", b"<html>"), "it gives a web page"),
    ],
)
def test_a_wrong_address_ends_the_daemon_with_one_line(answer, reason):
    with http.HttpCamera(answer) as camera:
        result = run("--source", camera.url())
    assert result.returncode == 2
    assert reason in own_lines(result.stderr)[-1]
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_the_daemon_ends_while_a_camera_does_not_answer(daemon):
    running = daemon("--source", f"rtsp://127.0.0.1:{free_port()}/x")
    until(lambda: NO_CAMERA in running.decisions, "the loss")
    assert running.end()[0] == 0


def test_doctor_finds_the_camera_and_a_password_that_others_can_read(password_file):
    with http.HttpCamera(http.asks_basic(http.multipart(http.numbered(0.1)))) as camera:
        options = ("--model", INT8, "--faces", "off", "--source", camera.url(login="ad%20min@"))
        given = (*options, "--source-password-file", password_file)
        found = edge("doctor", *given).stdout
        password_file.chmod(0o644)
        open_to_others = edge("doctor", *given).stdout
        wrong = run_doctor(*options, code=1)["camera"]
    assert f"ok    camera: {camera.url()}: 64 x 48 pixels, " in found
    assert f"warn  camera: --source-password-file {password_file}: others than" in open_to_others
    assert http.SECRET not in found + open_to_others
    assert wrong["status"] == "fail"
    assert "there is no password for the user ad min" in wrong["found"]


def test_doctor_says_why_a_camera_is_not_there():
    port = free_port()
    camera = run_doctor("--source", f"rtsp://localhost:{port}/x", code=1)["camera"]
    assert f"nothing listens at port {port}" in camera["found"]
    assert "ffplay or VLC" in camera["remedy"]
