"""Registry of the commands in docs/container.md: no container engine runs in a test."""

CONTAINER, APP = "tests/pi/test_container.py", "tests/workbench/project/packaging/test_app.py"
PACKAGING = {
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
