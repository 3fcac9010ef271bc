"""Registry of the commands of docs/updates.md for a device."""

SERVICE = "tests/edge/commands/service/test_install.py"
WHOLE_WAY = "tests/workbench/publish/test_whole_way.py"
UPDATING = {
    **dict.fromkeys(
        (
            "systemctl enable --now emotion-edge-update.timer",
            "systemctl enable --now emotion-edge-update-request.path",
        ),
        ("needs systemd as PID 1", SERVICE, "UPDATE_TIMER, REQUEST_PATH"),
    ),
    **dict.fromkeys(
        (
            "emotion-edge install-model better.tflite",
            "emotion-edge info",
            "emotion-edge install-model --rollback",
            "emotion-edge update --enrol https://models.example/ --root 1.root.json",
            "emotion-edge update --check",
            "emotion-edge update",
        ),
        ("needs a daemon and root", WHOLE_WAY, "test_from_publishing_to_a_rollback"),
    ),
}
