"""Find the person in a photograph's path, and split the pictures by person."""

from pathlib import PurePath

import numpy as np
import pytest

from train.prepare.group_split import assign_splits, parse_split, subject_of

EMPTY_SPLITS = np.zeros((3, 7))  # no pictures yet in 3 splits of 7 classes


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("anna/IMG_1.jpg", "anna"),
        ("Anna/deeper/1.jpg", "anna"),
        ("anna_01.jpg", "anna"),
        ("Anna-Maria-7.jpg", "anna"),
        ("S005_001_00000011.png", "s005"),
        ("img_anna_3.jpg", "anna"),
        ("happy-anna-3.jpg", "anna"),
        ("001_03.jpg", "001"),
        ("IMG_0001.jpg", ""),
        ("DSC-0001.jpg", ""),
        ("PXL_20240131_1234.jpg", ""),
        ("20240131_123456.jpg", ""),
        ("IMG_20240131_123456.jpg", ""),
        ("happy_3.jpg", ""),
        ("0017.jpg", ""),
        ("anna.jpg", ""),
        ("DSC00012.jpg", ""),
        ("anna01.jpg", "anna"),
        ("anna_smiling.jpg", "anna"),
        ("Copy of anna_01 (2).jpg", "anna"),
        ("2024-05-01 anna 3.jpg", "anna"),
        ("Zoe\u0308 3.jpg", "zo\u00eb"),
        ("\u674e\u96f7_02.jpg", "\u674e\u96f7"),
        ("anna.1.jpg", "anna"),
        ("portrait_anna_final.png", "anna"),
        ("ben-2024-01-31.jpg", "ben"),
        ("subject3_happy.jpg", "3"),
        ("test-person-07-1.jpg", "07"),
        ("p12_smile_03.jpg", "p12"),
    ],
)
def test_the_person_is_read_from_the_path_or_unknown(path, subject):
    assert subject_of(PurePath(path), ["happy", "sad"]) == subject


NAMES = """
Angela Angelina Sadie Madison Newton Testa Fernando Imogen Picasso Calvin Frank Grace Joy Mark Will
Max April Smith Sean Camilla Vidal Rawson Alton Manuel Dov\u00e9
"""


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.parametrize("pattern", ["{}_01.jpg", "{}-happy-3.png", "IMG_{}_0001.jpg", "{}/1.jpg"])
def test_names_that_begin_like_other_words_are_people(name, pattern):
    assert subject_of(PurePath(pattern.format(name)), ["happy", "anger"]) == name.lower()


NO_PEOPLE = """
Training_123.jpg PublicTest_04.jpg PrivateTest_12345.jpg train_00001_aligned.jpg test_0001.jpg
test_0001_aligned.jpg 12345.jpg image0000060.jpg 00001.png ffhq_00001.png angry_actor_104.jpg
angry_actor.jpg afraid_American_198.jpg fer0000123.png fer2013-17.png images_3.jpg img12.jpg
smile_01.jpg smiling-4.jpg happiness_12.jpg crop_7.png cropped-face-3.png webcam_05.jpg new_2.jpg
gopr0012.jpg GOPR_0012.JPG GX010012.jpg DSC_0001_2.JPG P1000123.JPG MVI_1234.jpg IMG_0001(1).jpg
IMG_E1234.JPG _MG_1234.JPG PICT0012.JPG L1000123.JPG R0012345_2.JPG IMG-20240131-WA0001.jpg
PXL_20240131_123456789.MP.jpg 20240131_123456_HDR.jpg
2024-01-31.jpg 31.01.2024.jpg 3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg
9c1185a5c5e9fc54612808977ee8f548b2258d31.jpg frame_001_0003.png sample-12.png surprised_3.jpg
man_laughing_2.jpg final_copy_2.jpg 2024_12.jpg s005.jpg
"""
NO_PEOPLE_WITH_SPACES = [
    "WhatsApp Image 2024-01-31 at 12.34.56 (1).jpeg",
    "Screenshot 2024-01-31 at 12.34.56.png",
    "download (3).jpg",
    "signal-2024-01-31-123456_002.jpg",
    "Photo 31-01-2024, 12 34 56.jpg",
    "new test.jpg",
]
SORTING_FOLDERS = """
images Training new 2024 2024-01-31 100CANON 101MSDCF 01000 crops webcam happiness smile happy
happy2 smiles batch_2 part1 test set3 FFHQ DCIM old/2023 unknown
"""


@pytest.mark.parametrize("name", [*NO_PEOPLE.split(), *NO_PEOPLE_WITH_SPACES])
def test_words_of_cameras_programs_and_data_sets_are_no_people(name):
    assert subject_of(PurePath(name), ["happy", "sad"]) == ""


@pytest.mark.parametrize("folder", SORTING_FOLDERS.split())
def test_folders_that_sort_pictures_are_no_people(folder):
    assert subject_of(PurePath(folder) / "IMG_1.jpg", ["happy", "sad"]) == ""
    assert subject_of(PurePath(folder) / "anna_01.jpg", ["happy", "sad"]) == "anna"
    assert subject_of(PurePath(folder) / "Anna" / "01.jpg", ["happy", "sad"]) == "anna"
    assert subject_of(PurePath("anna") / folder / "01.jpg", ["happy", "sad"]) == "anna"


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (["AF01HAS.JPG", "BF01SAFL.JPG", "bf01nehr.jpg", "crop_AF01ANS-2.png", "BF01/IMG_1.jpg"],
         "f01"),
        (["AM35SUS.JPG", "BM35DIFR.JPG"], "m35"),
        (["Rafd090_01_Caucasian_female_angry_frontal.jpg", "rafd045_01_African_male_sad_left.jpg"],
         "01"),
        (["CFD-WF-001-014-HO.jpg", "CFD-WF-001-003-N.jpg"], "wf-001"),
        (["KA.AN1.39.tiff", "KA.HA3.31.tiff", "KA-NE1-26.png"], "ka"),
        (["S010_004_00000017.png", "S010/002/S010_002_00000014.png", "S010/1.png"], "s010"),
        (["01-01-03-01-02-01-12_7.png", "01-01-05-01-01-02-12.png", "Actor_12/1.png"], "12"),
        (["p00123-001.jpg", "p00123-014.jpg", "happy_p00123_2.jpg"], "p00123"),
        (["0000045/001.jpg", "0000045/002.jpg"], "0000045"),
        (["n000001/0001_01.jpg", "n000001/0002_01.jpg"], "n000001"),
        (["Anna Smith/1.jpg", "anna_smith_02.jpg", "ANNA/x.jpg"], "anna"),
        (["subject_07/1.jpg", "person 07/IMG_3.jpg", "participant07_2.jpg"], "07"),
    ],
)  # fmt: skip
def test_a_persons_pictures_have_one_subject_in_data_sets(names, subject):
    assert {subject_of(PurePath(name), ["happy", "sad"]) for name in names} == {subject}


def test_each_class_is_split_by_the_shares():
    pictures = np.eye(7)[np.random.default_rng(0).permutation(np.repeat(range(7), 100))]
    places = assign_splits(pictures, EMPTY_SPLITS, parse_split("70/15/15"), 0)
    counts = [pictures[places == split].sum(axis=0).tolist() for split in range(3)]
    assert counts == [[70] * 7, [15] * 7, [15] * 7]


def test_a_rare_class_is_in_every_split_if_there_are_three_of_it():
    pictures = np.eye(7)[[0] * 50 + [1] * 3 + [2] * 2]
    places = assign_splits(pictures, EMPTY_SPLITS, parse_split("70/15/15"), 0)
    assert sorted(places[50:53]) == [0, 1, 2]
    assert sorted(places[53:]) == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_the_people_with_the_most_pictures_are_in_train(seed):
    people = np.full((20, 7), 2.0)
    people[4], people[11] = 60, 50
    places = assign_splits(people, EMPTY_SPLITS, parse_split("70/15/15"), seed)
    assert places[4] == places[11] == 0
    assert set(places) == {0, 1, 2}


def test_the_split_depends_on_the_seed_and_on_the_existing_pictures():
    pictures = np.eye(7)[[0] * 100]
    places = [
        assign_splits(pictures, EMPTY_SPLITS, parse_split("60/40/0"), seed) for seed in (1, 1, 2)
    ]
    assert np.array_equal(places[0], places[1])
    assert not np.array_equal(places[0], places[2])
    assert np.bincount(places[0]).tolist() == [60, 40]
    existing = np.zeros((3, 7))
    existing[0, 0] = 60
    places = assign_splits(pictures, existing, parse_split("60/40/0"), 0)
    assert np.bincount(places).tolist() == [36, 64]
