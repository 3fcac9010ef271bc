"""The app for Home Assistant: its folder, and what Home Assistant reads of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from emotion_edge import __version__
from tests.workbench.conftest import REPOSITORY, call, make_checkout, run_make

PACKAGING = REPOSITORY / "edge/packaging"
APP = PACKAGING / "home_assistant/emotion_edge"
CONFIG = yaml.safe_load((APP / "config.yaml").read_text())
TRANSLATIONS = [path.stem for path in (APP / "translations").iterdir()]
# developers.home-assistant.io/docs/apps/configuration, as of April 2026.
REQUIRED = {"name", "version", "slug", "description", "arch"}
OPTIONAL = """
machine url startup webui boot ports ports_description host_network host_ipc host_dbus host_pid
host_uts devices homeassistant hassio_role hassio_api homeassistant_api docker_api privileged
full_access apparmor map environment audio video gpio usb uart udev devicetree kernel_modules stdin
legacy options schema image timeout tmpfs discovery services auth_api ingress ingress_port
ingress_entry ingress_stream panel_icon panel_title panel_admin backup backup_pre backup_post
backup_exclude stage init watchdog realtime journald breaking_versions ulimits
"""
TYPES = {"str", ("str",), "str?", "password?", "bool"}  # of the documented ones, those that we use


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What `make app` assembles around a wheel."""
    checkout = make_checkout(tmp_path_factory.mktemp("checkout"))
    shutil.copytree(PACKAGING, checkout / "edge/packaging")
    for leftover in ("__pycache__/start.pyc", "translations/de.yaml~", ".start.py.swp"):
        path = checkout / "edge/packaging/home_assistant/emotion_edge" / leftover
        path.parent.mkdir(exist_ok=True)
        path.touch()
    shutil.copy(REPOSITORY / "CHANGELOG.md", checkout)
    (checkout / "dist").mkdir()
    (checkout / "dist" / wheel_name()).touch()
    run_make(checkout, "app")
    return checkout / "dist/home-assistant"


def wheel_name() -> str:
    """Return the name of the wheel that `make wheel` builds."""
    return f"emotion_edge-{__version__}-py3-none-any.whl"


def lint(*files: Path) -> str:
    """Run hadolint, which must find nothing."""
    return call([str(Path(sys.executable).with_name("hadolint")), *map(str, files)]).stdout


def test_hadolint_finds_nothing_in_the_container_and_the_app(folder):
    assert not lint(PACKAGING / "Containerfile", folder / "emotion_edge/Dockerfile")


def test_hadolint_looks_into_the_last_stage(folder, tmp_path):
    text = (folder / "emotion_edge/Dockerfile").read_text()
    (tmp_path / "Dockerfile").write_text(f"{text}RUN cd /tmp && apt-get install x\n")
    assert "DL3008" in lint(tmp_path / "Dockerfile")


def test_the_version_is_the_programs():
    assert CONFIG["version"] == __version__
    assert f"\nARG VERSION={__version__}\n" in (PACKAGING / "Containerfile").read_text()


def test_the_folder_has_all_that_a_builder_needs(folder):
    app = folder / "emotion_edge"
    files = {path.name for path in app.iterdir()}
    copied = {*(path.name for path in APP.iterdir()), "Dockerfile", "CHANGELOG.md", wheel_name()}
    assert files == copied - {"__pycache__"}
    assert {path.stem for path in (app / "translations").iterdir()} == set(TRANSLATIONS)
    assert {"config.yaml", "README.md", "DOCS.md", "start.py", "translations"} <= files
    dockerfile = (app / "Dockerfile").read_text()
    assert all(f"\nCOPY {path.name} /opt/" in dockerfile for path in app.glob("*.py"))
    assert yaml.safe_load((folder / "repository.yaml").read_text())["name"]
    ours = (PACKAGING / "Containerfile").read_text()
    assert dockerfile.startswith(ours)
    changes = (app / "CHANGELOG.md").read_text()
    assert "A Debian package" in changes and "](docs/" not in changes


def test_only_the_newest_wheel_is_in_the_folder(tmp_path):
    checkout = make_checkout(tmp_path)
    shutil.copytree(PACKAGING, checkout / "edge/packaging")
    (checkout / "CHANGELOG.md").touch()
    (checkout / "dist").mkdir()
    for name, age in (("emotion_edge-0.0.1-py3-none-any.whl", "2020-01-01"), (wheel_name(), "now")):
        subprocess.run(["touch", "-d", age, checkout / "dist" / name], check=True)
    run_make(checkout, "app")
    (found,) = (checkout / "dist/home-assistant/emotion_edge").glob("*.whl")
    assert found.name == wheel_name()


def test_every_key_of_its_configuration_is_documented():
    assert REQUIRED <= CONFIG.keys() <= REQUIRED | set(OPTIONAL.split())
    assert set(CONFIG["arch"]) == {"aarch64", "amd64"}
    assert "mqtt:want" in CONFIG["services"]


def test_every_option_has_a_type_and_is_optional_or_has_a_default():
    for name, kind in CONFIG["schema"].items():
        assert (*kind,) in TYPES if isinstance(kind, list) else kind in TYPES, name
        assert ("?" in kind) != (name in CONFIG["options"]), name
    assert CONFIG["options"].keys() <= CONFIG["schema"].keys()


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_each_option_and_port(language):
    texts = yaml.safe_load((APP / f"translations/{language}.yaml").read_text())
    assert texts.keys() == {"configuration", "network"}
    assert list(texts["configuration"]) == list(CONFIG["schema"])
    for text in texts["configuration"].values():
        assert text.keys() == {"name", "description"}
        assert all(map(str.strip, text.values()))
    assert texts["network"].keys() == CONFIG["ports"].keys()


def test_it_speaks_english_and_german():
    assert sorted(TRANSLATIONS) == ["de", "en"]


def test_its_documentation_describes_each_option():
    text = (APP / "DOCS.md").read_text()
    for name in CONFIG["schema"]:
        assert f"| `{name}` |" in text
