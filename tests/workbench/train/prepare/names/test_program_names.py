"""Names by phones, cameras, messengers and programs name nobody; folders of dates neither."""

from pathlib import PurePath

import pytest

from train.prepare.person_names import subject_of

FILES = """
PXL_20230101_123456789.PORTRAIT-01.COVER.jpg _DSC0001-2.jpg IMG_1234.CR2.jpg IMG_1234.HEIC.jpg
20240101_123456~2.jpg 00000IMG_00000_BURST20240101123456789_COVER.jpg IMG_20240101_123456_BEAUTY.jpg
IMG_20240101_123456_TIMEBURST1.jpg photo_2024-01-01_12-00-00.jpg photo_5195012345678901234_y.jpg
FB_IMG_1612345678901_2.jpg VID_20240101_123456_frame_0012.png STK-20240101-WA0001.webp
telegram-cloud-photo-size-4-5123456789012345678-x_2.jpg threema-20240101-123456789.jpg
image_picker_0123.jpg Messenger_creation_1234567890.jpeg insta_12.jpg lv_0_20240101123456.jpg
retouch_2024010112345678.jpg RemoveBg_1612345678.png IMG_1234-removebg-preview.png
AirBrush_20240101123456.jpg LRM_EXPORT_12345_20240101_123456.jpg PSX_20240101_123456.jpg
BeautyPlus_20240101123456789_save.jpg SNOW_20240101_123456_789.jpg CYMERA_20240101_123456.jpg
Retrica_1.jpg sketch-1612345678.png MOVI0012.jpg HNI_0012.JPG SDC10123.JPG SNV30012.jpg SDIM0123.jpg
PENTAX_12.jpg _DSF1234-2.jpg IMG_0001-Enhanced-SR.jpg FullSizeRender_3.jpg DJI_0001_W.jpg
DJI_20240101123456_0001_D.JPG 360_F_123456789_abcdEFGHijkl.jpg thispersondoesnotexist_12.jpg
sfhq_FLUX1_schnell_0005151.jpg sfhq_SDXL_0007631.jpg SFHQ_pt1_00000001.jpg grok_image_12.jpg
MultiLabel_12.png depth_0001.png thermal_0001.png hash_12.jpg Unbenannt-1.png Pissed_off_man_12.jpg
QQ图片20240101123456.jpg 微信图片_20240101123456_1.jpg 微信截图_20240101123456.png 사진_1.jpg
фото_12.jpg изображение_viber_2024-01-01_12-34-56.jpg
"""
FILES_WITH_SPACES = [
    "New Project (12).jpg",
    "untitled design (3).png",
    "FullSizeRender 2.jpg",
    "ChatGPT Image Jan 1, 2024, 12_34_56 PM.png",
    "Schermafbeelding 2024-01-01 om 12.34.56.png",
    "Skärmavbild 2024-01-01 kl. 12.34.56.png",
    "Zrzut ekranu 2024-01-01 123456.png",
    "Näyttökuva 2024-01-01 123456.png",
    "Ekran Görüntüsü (3).png",
    "Снимок экрана 2024-01-01 в 12.34.56.png",
    "屏幕截图 2024-01-01 123456.png",
    "スクリーンショット 2024-01-01 12.34.56.png",
]
FOLDERS = """
2024/01 2024/01/15 2024/1 202401 202401__ 202401_a 2024/2024-01 2024/01-Januar 2024/July 100_0101
100___01 DCIM/100APPLE DCIM/Restored Recents Favorites Favoriten phone Saved HERO9 day1 seq_001
glasses no_glasses intensity_3 posed maybe
"""


@pytest.mark.parametrize("name", [*FILES.split(), *FILES_WITH_SPACES])
def test_names_by_programs_are_no_people(name):
    assert subject_of(PurePath(name), ["happy", "sad"]) == ""


@pytest.mark.parametrize("folder", [*FOLDERS.split(), "March 2024", "Photos from 2023"])
def test_folders_of_dates_and_programs_are_no_people(folder):
    assert subject_of(PurePath(folder) / "IMG_1.jpg", ["happy", "sad"]) == ""
    assert subject_of(PurePath(folder) / "Anna" / "01.jpg", ["happy", "sad"]) == "anna"
    assert subject_of(PurePath("anna") / folder / "01.jpg", ["happy", "sad"]) == "anna"


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Snow_01.jpg", "snow"),
        ("anna_2024/01/1.jpg", "anna"),
        ("07/01/1.jpg", "07"),
        ("100/1.jpg", "100"),
        ("20051_3.jpg", "20051"),
        ("threema_anna_1.jpg", "anna"),
        ("IMG_李_1.jpg", "李"),
        ("pins_Anna Smith/Anna Smith0_1.jpg", "anna"),
    ],
)
def test_people_beside_them_are_found(name, person):
    assert subject_of(PurePath(name), ["happy", "sad"]) == person
