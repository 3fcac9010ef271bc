"""Which model a command is about, and how one is installed, from parsed options."""

from argparse import Namespace
from pathlib import Path

from emotion_edge.cli.settings import runtime_settings
from emotion_edge.installed.switch import InstallSettings
from emotion_edge.model.store.choice import candidates
from emotion_edge.system.paths import RUN_DIR


def install_settings(args: Namespace) -> InstallSettings:
    """Return the settings for installing a model."""
    return InstallSettings(
        models=args.models,
        run_dir=args.run_dir or RUN_DIR,
        taught=args.taught,
        runtime=runtime_settings(args),
        watch=args.watch,
    )


def model_path(args: Namespace) -> Path:
    """Return the model that was named, or the one in use."""
    return args.model or candidates(args.models)[0]
