"""The names by which a table of groups may call the pictures of a data set."""

from pathlib import Path

import pytest

from emotion_edge.errors import UserError
from train.group_file import read_groups

DEEP = "kitchen/validation/happy/bert/morning/x.png"
HEADER = "key,source,subject,outcome,picture\n"


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """The folder of a data set that a symbolic link leads to, too; it is the working directory."""
    (tmp_path / "data/kitchen/validation/happy/bert/morning").mkdir(parents=True)
    (tmp_path / "link").symlink_to("data")
    monkeypatch.chdir(tmp_path / "data")
    return tmp_path / "data"


def group_of(name: str, folder: Path, picture: str = DEEP) -> str:
    """Return the group of the picture if the table calls it by the name."""
    table = folder / "groups.csv"
    table.write_text(f"picture,group\n{name},A\nother.png,B\n")
    others = [folder / "kitchen/validation/happy/other.png"]
    return str(read_groups(table, [folder / "kitchen"], [folder / picture, *others])[0])


@pytest.mark.parametrize(
    "name",
    [
        DEEP,
        "kitchen/validation/happy/bert/x.png",
        "validation/happy/bert/morning/x.png",
        "happy/bert/morning/x.png",
        f"data/{DEEP}",
        f"./{DEEP}",
        "./x.png",
    ],
)
def test_a_picture_in_subfolders_is_known_by_its_path(name, data):
    picture = name if name.endswith("bert/x.png") else DEEP
    assert group_of(name, data, picture) == "A"


@pytest.mark.parametrize("given", ["", "../link", "../data", "absolute"])
def test_a_picture_is_known_by_its_absolute_path_however_the_data_is_given(given, data):
    folder = data if given == "absolute" else Path(given)
    assert group_of(f"{data}/{DEEP}", folder) == "A"


def test_the_name_of_a_link_to_the_data_is_known(data):
    link = data.parent / "link"
    assert group_of(f"{link}/{DEEP}", Path("../link")) == "A"
    assert group_of(f"link/{DEEP}", Path("../link")) == "A"


def test_a_part_of_a_folders_name_is_no_name(data):
    assert group_of("itchen/validation/happy/bert/morning/x.png", data) == ""
    assert group_of(f"/elsewhere/{DEEP}", data) == ""


def test_reading_the_sources_changes_nothing_in_the_data_set(data):
    manifest = data / "kitchen/prepared.csv"
    text = f"{HEADER}1,trip/IMG_1.jpg,,written,{DEEP.partition('/')[2]}\n2,trip/IMG_2.jpg,,wri"
    manifest.write_text(text)
    assert group_of("trip/IMG_1.jpg", data) == "A"
    assert manifest.read_text() == text


def test_sources_that_cannot_be_written_are_read(data, monkeypatch):
    (data / "kitchen/prepared.csv").write_text(f"{HEADER}1,trip/IMG_1.jpg,,wri")
    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert group_of("x.png", data) == "A"


def refuse(*_):
    raise PermissionError


@pytest.mark.parametrize("content", [f"{HEADER}1,{'x' * 200_000},,,\n", "name,age\nx,1\n"])
def test_sources_that_no_program_of_ours_wrote_are_refused(content, data):
    (data / "kitchen/prepared.csv").write_text(content)
    with pytest.raises(UserError, match=r"prepared\.csv: not what this program writes"):
        group_of("x.png", data)


def test_sources_that_cannot_be_read_are_named(data):
    (data / "kitchen/prepared.csv").mkdir()
    with pytest.raises(UserError, match=r"prepared\.csv: cannot read it"):
        group_of("x.png", data)


def test_the_name_of_the_table_is_safe_to_print(data, capsys):
    (data / "a\x1b[31m").mkdir()
    table = data / "a\x1b[31m/groups.csv"
    table.write_text("picture,group\nx.png,A\nother.png,B\n")
    read_groups(table, [data / "kitchen"], [data / DEEP])
    err = capsys.readouterr().err
    assert "1 row of other pictures" in err
    assert "\x1b" not in err
