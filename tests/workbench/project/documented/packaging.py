"""Registry of the commands in docs/packages.md and docs/container.md.

They need a Debian of their own, and no container engine runs in a test.
"""

from emotion_edge import __version__

PIP, DEB = "tests/pi/test_pip.py", "tests/pi/test_deb.py"
CONTAINER, APP = "tests/pi/test_container.py", "tests/workbench/project/packaging/test_app.py"
PACKAGING = {
    **dict.fromkeys(
        (
            "python3 -m venv --system-site-packages ~/emotion-edge",
            f"pip install emotion_edge-{__version__}-py3-none-any.whl",
            "emotion-edge run --source photo.jpg",
        ),
        ("needs a Debian", PIP, "test_three_lines_give_a_label"),
    ),
    f"pip install emotion_edge-{__version__}-py3-none-any.whl[mqtt,web]": (
        "needs a Debian",
        PIP,
        "test_a_daemon_with_a_broker",
    ),
    "apt install ./emotion-edge_*_$(dpkg --print-architecture).deb": (
        "installs with apt",
        DEB,
        '"install", "/srv/emotion-edge.deb"',
    ),
    "apt remove emotion-edge": ("needs root", DEB, '"remove", "emotion-edge"'),
    "apt purge emotion-edge": ("needs root", DEB, '"purge", "emotion-edge"'),
    "make deb": ("takes minutes", "tests/pi/run", "edge/packaging/build_deb $arch"),
    "make wheel": ("builds with pip", APP, "wheel_name()"),
    "make app": ("builds with pip", APP, 'run_make(checkout, "app")'),
    "podman build -f edge/packaging/Containerfile -t emotion-edge dist": (
        "needs an engine; its steps are done one by one",
        CONTAINER,
        "stages = build(",
    ),
    "podman run --rm --read-only --volume ./photos:/photos:ro emotion-edge run --source /photos": (
        "needs an engine",
        CONTAINER,
        'program.start("run", "--source", "/photos")',
    ),
    "podman secret create mqtt password.txt": (
        "needs an engine; a file stands for the secret",
        CONTAINER,
        'give(program.root, "password.txt"',
    ),
    "podman run --detach --read-only --restart on-failure --device /dev/video0 "
    "--secret mqtt,uid=10001,mode=0400 emotion-edge run --source v4l2:/dev/video0 "
    "--to mqtts://hall@broker/emotion/hall --password-file /run/secrets/mqtt": (
        "needs an engine, a webcam and a broker",
        CONTAINER,
        '"--password-file", password',
    ),
}
