"""The part of the registry in elsewhere.py that is about docs/packages.md."""

DEB = "tests/pi/test_deb.py"
PACKAGES = {
    "apt install ./emotion-edge_*_$(dpkg --print-architecture).deb": (
        "installs with apt",
        DEB,
        '"install", "/srv/emotion-edge.deb"',
    ),
    "apt remove emotion-edge": ("needs root", DEB, '"remove", "emotion-edge"'),
    "apt purge emotion-edge": ("needs root", DEB, '"purge", "emotion-edge"'),
    "make deb": ("takes minutes", "tests/pi/run", "edge/packaging/build_deb $arch"),
}
