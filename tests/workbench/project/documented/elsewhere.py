"""Registry of the commands in README and docs/ that cannot run in a test of the docs."""

from tests.workbench.project.documented.packaging import PACKAGING
from tests.workbench.project.documented.updating import UPDATING

SERVICE, PI = "tests/edge/commands/service/test_install.py", "tests/pi/run"
TEACH = "tests/edge/commands/teach/test_wizard.py"
MAKE_PI, FORMS = "tests/pi/test_make_pi.py", "tests/workbench/project/test_issue_forms.py"
SERIES = "tests/edge/output/mqtt/test_time_series.py"
RTSP = "tests/edge/capture/network/test_rtsp.py"
TWO = ("needs cameras", "tests/edge/commands/several/test_topics.py", "topics_of_each_camera")
NEXT = "test_the_unit_is_installed_and_the_next_steps_are_printed"
# The commands of all other blocks: why they cannot run here, the file that runs them, and a text
# that marks the place in that file. Our own programs must still accept them.
ELSEWHERE = {
    "make pi": ("installs with apt", MAKE_PI, "test_without_a_camera_library_all_else_is"),
    "make pi EXTRAS=video": ("installs with apt", MAKE_PI, '"EXTRAS=video"'),
    **dict.fromkeys(
        ("source /opt/emotion-edge/bin/activate", "source ~/emotion-edge/bin/activate"),
        ("not run: part of venv", PI, "/opt/emotion-edge/bin/pip"),
    ),
    "emotion-edge run": ("needs a Pi's camera", "tests/camera/virtual.py", "test_the_daemon_names"),
    "emotion-edge run --model mine.tflite": (
        "needs a Pi's camera",
        "tests/camera/virtual.py",
        '"run", "--model"',
    ),
    "emotion-edge doctor": ("is for a Pi", "tests/pi/test_pi.py", 'emotion_edge(root, "doctor"'),
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
    "emotion-edge run --web": (
        "needs a Pi's camera",
        "tests/edge/output/web/browser/sites.py",
        '"--web"',
    ),
    "emotion-edge run --source picamera2 --web": (
        "needs a Pi's camera",
        "tests/edge/output/web/browser/sites.py",
        '"--web"',
    ),
    "emotion-edge run --source v4l2:/dev/video0": (
        "not run: needs a webcam; its driver is simulated",
        "tests/edge/capture/test_v4l2_webcam.py",
        "test_the_newest_frame_is_taken",
    ),
    "emotion-edge run --source rtsp://camera/stream": ("needs a camera", RTSP, "is_read_at_its"),
    "emotion-edge run --source door=picamera2 --source desk=v4l2:/dev/video0": TWO,
    "python -m train.proposer --photos photos": (
        "takes an hour",
        "tests/workbench/train/proposer/test_command.py",
        '"train.proposer", "--photos"',
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
    **dict.fromkeys(
        (
            "emotion-edge teach",
            "emotion-edge teach --label neutral --label wink --label tongue out",
            "emotion-edge run --taught taught.json",
        ),
        ("needs a camera", TEACH, "test_a_face_of_ones_own_is_taught_and_found"),
    ),
    "emotion-edge teach --web": (
        "needs a camera",
        "tests/edge/commands/teach/test_page.py",
        "test_the_whole_lesson_needs_no_terminal",
    ),
    "emotion-edge teach --web 0.0.0.0:8080 --web-password-file password.txt": (
        "needs a camera",
        "tests/edge/commands/teach/test_page_access.py",
        "test_who_is_not_logged_in_sees_and_orders_nothing",
    ),
    "emotion-edge teach --from data": (
        "needs pictures of somebody",
        "tests/edge/commands/teach/test_command.py",
        "test_what_the_model_names_wrong_is_learnt",
    ),
    **dict.fromkeys(
        (
            "emotion-edge collect --label happy --count 100 --source clip.mp4 --to data",
            "emotion-edge collect --label happy --source picamera2 --to data",
            "emotion-edge collect --label neutral --count 10 --source picamera2 --to data",
            "emotion-edge collect --label wink --count 10 --source picamera2 --to data",
        ),
        (
            "asks on a terminal",
            "tests/edge/commands/test_collect.py",
            "test_pictures_are_kept_as_the_daemon",
        ),
    ),
    "emotion-edge teach --forget --to taught.json": (
        "needs a taught file",
        "tests/edge/commands/teach/test_target.py",
        "test_only_a_taught_file_is_replaced_or_removed",
    ),
    "install -D -m 600 taught.json /etc/credstore/emotion-edge.taught": (
        "not run: needs root; the unit loads that file",
        SERVICE,
        "LoadCredential=emotion-edge.taught",
    ),
    **dict.fromkeys(
        ("systemctl stop emotion-edge", "systemctl start emotion-edge"),
        ("not run: needs systemd as PID 1", SERVICE, NEXT),
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
    "emotion-edge bench --json my-pi.json": ("takes a minute", FORMS, '"my-pi.json"'),
    "emotion-edge bench --threads 4 --json my-pi-4.json": (
        "takes a minute",
        FORMS,
        '"my-pi-4.json"',
    ),
    "createdb emotion": ("needs a database", SERIES, '"initdb"'),
    "psql -d emotion -f docs/time-series.sql": (
        "needs a database",
        SERIES,
        'DOCS / "time-series.sql"',
    ),
    "PGDATABASE=emotion docs/mqtt-to-postgresql.sh -h broker -t emotion-edge/+/totals": (
        "needs a broker and a database",
        SERIES,
        'DOCS / "mqtt-to-postgresql.sh"',
    ),
    **dict.fromkeys(
        (
            "rsync -a --exclude timestamp.json --exclude *.root.json ~/models/ server:/srv/models/",
            "rsync -a --exclude *.root.json ~/models/ server:/srv/models/",
            "rsync -a ~/models/ server:/srv/models/",
        ),
        ("needs a server", "tests/workbench/publish/test_page.py", "test_a_device_that_looks"),
    ),
    **PACKAGING,
    **UPDATING,
    "make test-home-assistant": ("takes minutes", "Makefile", "tests/home_assistant/run"),
    "make test-camera": ("needs root", ".ci/run", "make test-camera\n"),
    "make test-trixie": ("needs root", ".ci/run", "make test-trixie\n"),
    "make test-pi": ("needs root", ".ci/run", "make test-pi\n"),
}
