"""The app's options: what becomes of them, and what is wrong with them, in their own names."""

import pytest

from tests.workbench.project.packaging.app import NOBODY_THERE

PASSWORDS = ("source-password", "password", "web-password")


def test_options_become_settings_and_passwords_files(app):
    cameras = ["door=rtsp://me@camera/1", "desk=v4l2:/dev/video0"]
    options = {
        "source": cameras,
        "source_password": "the camera's ü",
        "mqtt_url": "mqtt://me@nowhere.invalid/hall/🙂",
        "mqtt_password": 'the "broker\'s"',
        "web_password": "of the page",
        "web_host": "hall.example",
        "settings": ["frames = 1"],
    }
    app.run(options, {}, code=2)  # the page shows one camera only
    written, settings = app.written(), app.settings()
    folder = next(app.temporary.iterdir())
    assert settings == {
        "source": cameras,
        "to": options["mqtt_url"],
        "frames": 1,
        "web": "0.0.0.0:8080",
        "web-host": "hall.example",
        **{f"{name}-file": str(folder / f"{name}-file") for name in PASSWORDS},
    }
    assert [written[f"{name}-file"] for name in PASSWORDS] == [
        options[name] for name in ("source_password", "mqtt_password", "web_password")
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("{", "options.json: not JSON"),
        ({"source": []}, "source: it is empty; write v4l2:/dev/video0"),
        ({"mqtt_password": "x"}, "mqtt_password: it needs mqtt_url"),
        ({"mqtt_url": "mqtt://h/p", "settings": ["fps = "]}, "settings: not TOML"),
        ({"mqtt_url": "mqtt://h/p", "settings": ['to = "-"']}, "settings: to follows from"),
        ({"mqtt_url": "mqtt://h/p", "settings": ["fsp = 2"]}, "the nearest known one is 'fps'"),
        ({}, "no SUPERVISOR_TOKEN"),
    ],
    ids=("not JSON", "no source", "password", "not TOML", "twice", "unknown", "no token"),
)
def test_a_wrong_option_is_one_line_that_names_it(app, options, error):
    out, err = app.run(options, {}, code=2)
    (line,) = err.splitlines()
    assert error in line and "error: " in line and not out


@pytest.mark.parametrize(
    ("options", "error"),
    [
        *((text, "options.json: no options are in it") for text in ("[]", "null", '"x"')),
        ({"settings": [5]}, "settings: it is not a list of texts"),
        ({"source": "v4l2:/dev/video0"}, "source: it is not a list of texts"),
        ({"history": "yes"}, "history: it is not true or false"),
        ({"mqtt_password": 5}, "mqtt_password: it is not text"),
        ({"web_password": "half \ud800"}, "web_password: it is not text"),
        ({"web_password": "1234567"}, "web_password: it has fewer than 8 characters"),
        ({"web_password": "two\nlines"}, "web_password: it is not one line"),
        ({"web_password": "of the page", "web_host": "a b"}, "web_host = "),
        ({"mqtt_password": "x"}, "mqtt_password: no address in mqtt_url has a user"),
        (
            {"mqtt_url": "mqtt://me:secret@h/p"},
            "could see a password in it: use mqtt_password; write",
        ),
        ({"source": ["http://a\n\x1b"]}, "http://a\\n\\x1b"),
        ({"source_password": "x"}, "source_password: source is no network camera"),
        ({"source": ["rtsp://me@cam/1"]}, "no password for the user me; give source_password;"),
        ({"source": ["rtsp://c/1"], "source_password": "x"}, "source_password: the address in"),
        ({"history": True, "source": ["a=v4l2:0", "b=v4l2:1"]}, "history is for one source"),
        ({"settings": ["fps = 1", "stall = 1"]}, "stall 1: no time for two frames at fps 1"),
    ],
)
def test_what_is_wrong_is_said_in_the_options_names(app, options, error):
    given = options if isinstance(options, str) else {"mqtt_url": "mqtt://h/p", **options}
    out, err = app.run(given, {}, code=2)
    (line,) = err.splitlines()
    assert error in line and not out
    assert "secret" not in line and "--" not in line and str(app.temporary) not in line


@pytest.mark.parametrize("prefix", ["a+b", "/a", "$a", "a//b"])
def test_a_wrong_prefix_is_named(app, prefix):
    _, err = app.run({"mqtt_prefix": prefix}, NOBODY_THERE, code=2)
    assert "error: mqtt_prefix: it " in err
