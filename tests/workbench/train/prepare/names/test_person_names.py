"""Find the person whom a photograph's path names."""

from pathlib import PurePath

import pytest

from train.prepare.person_names import subject_of


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
Max April Smith Sean Camilla Vidal Rawson Alton Manuel Dov\u00e9 Smilla Laughlin Shockley
Frownfelter Angermann Angerer Joyce Hapgood Grinnell Cryer Merryweather Felicity Gladys Smiley Merry
Mads Ang Guy Raf Ai Genki Disney Screech Worrell Calmus Shyla Surya Neumann Disha Feargal Lovell
Dev Val Cam Hue Gray Sam Coco Von Win Line
Camden Rothko Zoomer Blurton Darko Flippo Babette Businge Jpegson Cambria Metin
"""


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.parametrize("pattern", ["{}_01.jpg", "{}-happy-3.png", "IMG_{}_0001.jpg", "{}/1.jpg"])
def test_names_that_begin_like_other_words_are_people(name, pattern):
    assert subject_of(PurePath(pattern.format(name)), ["happy", "anger"]) == name.lower()


# In lower case, these are expressions or words, too.
ALSO_WORDS = "joy merry smiley ang hap neu sur guy raf dev val cam hue gray coco von win line di de"


@pytest.mark.parametrize("word", ALSO_WORDS.split())
def test_some_words_are_people_only_with_a_capital(word):
    labels = ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
    for pattern in ("{}_01.jpg", "IMG_{}_2.jpg", "{}/1.jpg"):
        assert subject_of(PurePath(pattern.format(word)), labels) == ""
        assert subject_of(PurePath(pattern.format(word.title())), labels) == word
    assert subject_of(PurePath("Joy_01.jpg"), ["joy", "anger"]) == ""


SORTING_FOLDERS = """
images Training new 2024 2024-01-31 100CANON 101MSDCF 01000 crops webcam happiness smile happy
happy2 smiles batch_2 part1 test set3 FFHQ DCIM old/2023 unknown jpg png Desktop unsorted misc
flipped rot90 dark babies women class_3 cam1 Documents joy
"""


@pytest.mark.parametrize("folder", SORTING_FOLDERS.split())
def test_folders_that_sort_pictures_are_no_people(folder):
    assert subject_of(PurePath(folder) / "IMG_1.jpg", ["happy", "sad"]) == ""
    assert subject_of(PurePath(folder) / "anna_01.jpg", ["happy", "sad"]) == "anna"
    assert subject_of(PurePath(folder) / "Anna" / "01.jpg", ["happy", "sad"]) == "anna"
    assert subject_of(PurePath("anna") / folder / "01.jpg", ["happy", "sad"]) == "anna"


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (["Anna Smith/1.jpg", "anna_smith_02.jpg", "ANNA/x.jpg"], "anna"),
        (["subject_07/1.jpg", "person 07/IMG_3.jpg", "participant07_2.jpg"], "07"),
        (["img_0012_subject_07.jpg", "subject_07_0013.jpg", "07_subject.jpg"], "07"),
        (["user_1234567_2.jpg", "user1234567_3.jpg"], "1234567"),
        (["017_f_ha_3.jpg", "017_03_flip.jpg", "flip_017_03.jpg", "017_03_rot90.jpg",
          "happy_017_03.jpg", "017_03_crop.jpg", "017_03.jpg.jpg", "017_640x480_2.jpg",
          "017_12_jpg.rf.0123456789abcdef0123456789abcdef.jpg", "angry2_017_03.jpg"], "017"),
        (["anna_12_jpg.rf.0123456789abcdef0123456789abcdef.jpg", "anna_rot90_2.jpg",
          "Dr. Anna 2.jpg", "hflip_anna_3.png", "anna_3.jpeg.png", "CK+48/anna_2.png",
          "2/anna/1.jpg", "DSC_0012 anna.jpg", "anna/m-001-01.jpg", "anna@home.jpg",
          "Kopie von anna_01.jpg", "anna_01-bearbeitet.jpg", "anna_2024-01-31T12_12_12.jpg",
          "WIN_20240101_12_12_00_Pro_anna.jpg", "P_20200131_121212_anna.jpg", "raspi_anna_3.jpg",
          "COCO_val2014_anna_2.jpg"], "anna"),
        (["sam_01.jpg", "Sam_0012.jpg", "SAM_01.jpg", "sam/1.jpg", "sam_0012.jpg"], "sam"),
    ],
)  # fmt: skip
def test_a_persons_pictures_have_one_subject(names, subject):
    assert {subject_of(PurePath(name), ["happy", "sad"]) for name in names} == {subject}


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (["subject_07/kitchen/IMG_1.jpg", "subject_07_kitchen_01.jpg", "subject07/s2/1.jpg",
          "kitchen/subject_07_1.jpg", "07_subject/kitchen/1.jpg", "Lab/Subject 07/P3/anna_2.jpg",
          "subject-id-07_kitchen_2.jpg", "Subject No. 07/kitchen/1.jpg",
                "subjects/07/kitchen/1.jpg", "Participants/07/anna_2.jpg"], "07"),
        (["person_03/morning/1.jpg", "Persona 03/cocina/1.jpg", "personne_03_cuisine_1.jpg",
          "kitchen_person03_1.jpg", "Sujet_03/matin/1.jpg", "sujeto03_mesa_1.jpg"], "03"),
        (["participant_12/day1/1.jpg", "participant12_glasses_03.jpg", "P-12/participant12/1.jpg",
          "Teilnehmer 12/Brille/1.jpg", "Proband_12_Brille_3.jpg", "Probandin Nr. 12/Tag/1.jpg",
          "soggetto_12/cucina/1.jpg", "VP12_Brille_1.jpg", "VP_12/Brille/1.jpg"], "12"),
        (["user3/laptop/1.jpg", "ID3/laptop/1.jpg", "id_3_laptop_1.jpg"], "3"),
        (["sub05/EP03/img1.jpg", "CASME2/sub05/EP02_01f/img1.jpg", "sub-05/ses-01/x_1.jpg"], "05"),
        (["Actor_01/kitchen/1.jpg", "Actor_01/EP03/1.jpg", "student01/kitchen/1.jpg"], "01"),
        (["subject_anna_03.jpg", "IMG_0012_person_anna_3.jpg", "actor_12_anna_03.jpg",
          "participants/anna/IMG_3.jpg", "subjects/anna_2.jpg"], "anna"),
        (["kitchen/subject_p07_1.jpg", "participant-P07/kitchen/1.jpg"], "p07"),
        (["anna/img_id_123.jpg", "image_id_123_anna.jpg", "Foto de anna 3.jpg"], "anna"),
        (["happy_actor_104.jpg", "actor_104.jpg", "student_3.jpg", "users/IMG_1.jpg"], ""),
    ],
)  # fmt: skip
def test_the_number_of_a_word_for_people_ranks_before_other_words(names, subject):
    found = {name: subject_of(PurePath(name), ["happy", "sad"]) for name in names}
    assert found == dict.fromkeys(names, subject)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("col\u00e8re", ["col\u00e8re", "colere", "COLERE", "COL\u00c8RE", "cole\u0300re"]),
        ("cole\u0300re", ["col\u00e8re", "colere", "cole\u0300re"]),
        ("colere", ["col\u00e8re", "Colere"]),
        ("d\u00e9go\u00fbt", ["degout", "DEGOUT", "d\u00e9gout", "degouts"]),
        (
            "\u00fcberraschung",
            ["ueberraschung", "uberraschung", "\u00dcBERRASCHUNG", "Ueberraschung"],
        ),
        ("ueberraschung", ["\u00fcberraschung", "u\u0308berraschung"]),
        ("fr\u00f6hlich", ["froehlich", "frohlich"]),
        ("\u00e4rger", ["aerger", "arger", "\u00c4RGER"]),
        ("gl\u00e6de", ["glaede", "GL\u00c6DE"]),
        ("k\u0131zg\u0131n", ["kizgin"]),
        ("genie\u00dfend", ["geniessend"]),
        ("smutek-z\u0142o\u015b\u0107", ["zlosc", "z\u0142o\u015b\u0107"]),
    ],
)
def test_the_words_of_labels_are_no_people_with_or_without_accents(label, words):
    for word in words:
        for pattern in ("{}_01.jpg", "IMG_{}_2.jpg", "{}/1.jpg"):
            assert subject_of(PurePath(pattern.format(word)), [label, "sad"]) == ""
        assert subject_of(PurePath(f"anna_{word}_3.jpg"), [label, "sad"]) == "anna"


def test_two_small_letters_after_a_number_are_a_code_and_a_name_with_a_capital():
    assert subject_of(PurePath("01_li.jpg"), ["happy"]) == ""
    assert subject_of(PurePath("01_Li.jpg"), ["happy"]) == "li"
