"""The people in the file names of data sets, and names by cameras and programs, without people."""

from pathlib import PurePath

import pytest

from train.prepare.person_names import subject_of

DATA_SETS = """
MUG TFEID NimStim RAF-DB RAF_DB RAFDB WSEFEP ADFES BU-3DFE BU_4DFE Oulu-CASIA Oulu_CASIA_NIR_VIS
CK+48 CK+ CKPlus cohn-kanade-images MMI KRFER JACFEE POFA IASLab Bosphorus RADIATE FEEDTUM GEMEP
GEMEP-FERA SAVEE Aff-Wild Aff-Wild2 EmotioNet AffectNet AffectNet-HQ DISFA DISFA+ BP4D BP4D+ AFEW-VA
AFEW HAPPEI DFEW MAFW FERV39k FERV39K CAER-S SFEW_2.0 ExpW FER2013 FER-2013 FERPlus JAFFE
JAFFE-[70,15,15] KDEF KDEF_and_AKDEF RaFD CREMA-D RAVDESS CASME SAMM SMIC UTKFace IEMOCAP Multi-PIE
Yale
"""


@pytest.mark.parametrize("folder", DATA_SETS.split())
def test_the_folder_of_a_data_set_is_no_person(folder):
    names = {"IMG_1.jpg": "", "anna_01.jpg": "anna", "Anna/01.jpg": "anna", "S005/1.jpg": "s005"}
    found = {name: subject_of(PurePath(folder) / name, ["happy", "sad"]) for name in names}
    assert found == names


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
        (["01F_HA_O.BMP", "01F_AN_C.jpg", "flip_01f_sp_x_2.jpg", "NimStim/01F_NE.jpg"], "01f"),
        (["004_o_m_a_a.jpg", "flip_004_o_m_h_b.jpg", "FACES/004_o_m_n_a_3.jpg"], "004"),
        (["1001_DFA_ANG_XX.jpg", "1001_IEO_SAD_HI_12.png", "CREMA-D/1001_TIE_NEU_XX.jpg"], "1001"),
        (["MUG/001/anger/take000/img_0000.jpg", "001/take001/img_0001.jpg"], "001"),
        (["WSEFEP_AD1_anger.jpg", "AD1_disgust_12.jpg"], "ad1"),
        (["ADFES_F01_anger.jpg", "ADFES/F01-Anger-Face Forward.jpg", "TFEID/f01_ha.jpg"], "f01"),
        (["BU-3DFE/F0001_AN01WH_F2D.bmp", "F0001/F0001_HA02WH_F2D.bmp"], "f0001"),
        (["Oulu-CASIA/NI/Strong/P001/Anger/000.jpeg", "VL_Acropped/Weak/P001/Fear/1.jpeg"], "p001"),
        (["MMI/Sessions/1/S001-001.jpg", "MMI/Sessions/20/S001-020.jpg"], "s001"),
        (["Bosphorus/bs000/bs000_E_ANGER_0.png", "bs000_N_N_0.png"], "bs000"),
        (["FEEDTUM/anger/0001_1/p_000.jpg", "FEEDTUM/happy/0001_2/p_003.jpg"], "0001"),
        (["SAVEE/DC/a01.jpg", "DC/h02.jpg"], "dc"),
        (["Aff-Wild2/cropped_aligned/10-60-1280x720/00001.jpg", "10-60-1280x720_left/7.jpg"],
         "10-60"),
        (["DISFA/LeftVideoSN001_comp/1.jpg", "RightVideoSN001_comp_0001.png", "SN001/1.jpg"],
         "sn001"),
        (["BP4D/F001/T1/2440.jpg", "F001_T2_0001.jpg"], "f001"),
        (["JJ3-04.jpg", "POFA/JJ4-07.jpg"], "jj"),
        (["Ses01F_impro01_M003.jpg", "Ses01M_script01_F000_2.jpg"], "ses01"),
        (["yaleB01_P00A+000E+00.png", "yaleB01_P01A-010E+20.png"], "01"),
        (["m-001-01.jpg", "m-001-14.jpg"], "m-001"),
        (["001A02.jpg", "001A43b.jpg"], "001"),
        (["009055_1F54.jpg", "009055_0F52.jpg"], "009055"),
        (["0111a01.jpg", "0123g07.jpg"], "01"),
        (["00/nm0000001_rm124825600_1899-5-9_1968.jpg", "01/nm0000001_rm1_1899-5-9_1970.jpg"],
         "nm0000001"),
        (["7153718@N04/landmark_aligned_face.2.11764409206_d1f52ba5b8_o.jpg"], "7153718@n04"),
        (["dia3_utt5.jpg", "MELD/dia3_utt12_4.jpg"], "dia3"),
    ],
)  # fmt: skip
def test_a_persons_pictures_have_one_subject_in_data_sets(names, subject):
    assert {subject_of(PurePath(name), ["happy", "sad"]) for name in names} == {subject}


NO_PEOPLE = """
Public_Test_12.jpg trainset_3.png trainingset_12.jpg testdata_3.png faceimages_4.jpg
trainset/12.jpg web_12.jpg ref_3.jpg neg_12.jpg tile_12.png EOS_0012.jpg RIMG0012.JPG YDXJ0012.jpg
STA_0012.JPG KIF_0012.jpg WP_20130101_12_00_00_Pro.jpg msg_12.jpg im_12.png
Training_123.jpg PublicTest_04.jpg PrivateTest_12345.jpg train_00001_aligned.jpg test_0001.jpg
test_0001_aligned.jpg 12345.jpg image0000060.jpg 00001.png ffhq_00001.png angry_actor_104.jpg
angry_actor.jpg afraid_American_198.jpg fer0000123.png fer2013-17.png images_3.jpg img12.jpg
smile_01.jpg smiling-4.jpg happiness_12.jpg crop_7.png cropped-face-3.png webcam_05.jpg new_2.jpg
gopr0012.jpg GOPR_0012.JPG GX010012.jpg DSC_0001_2.JPG P1000123.JPG MVI_1234.jpg IMG_0001(1).jpg
IMG_E1234.JPG _MG_1234.JPG PICT0012.JPG L1000123.JPG R0012345_2.JPG IMG-20240131-WA0001.jpg
PXL_20240131_123456789.MP.jpg 20240131_123456_HDR.jpg 2024-01-31.jpg 31.01.2024.jpg
3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg 9c1185a5c5e9fc54612808977ee8f548b2258d31.jpg
frame_001_0003.png sample-12.png surprised_3.jpg man_laughing_2.jpg final_copy_2.jpg 2024_12.jpg
s005.jpg Screenshot_20240131-123456_Chrome.jpg
Screenshot_2024-01-31-12-34-56-789_com.android.camera2.jpg
Screenshot_20240131_123456_Some_Program.jpg cam1_001.jpg cam_3.png picam_003.jpg rpi-cam_003.jpg
vlcsnap-2024-01-31-12h34m56s123.png vlcsnap-00001.png webcam2_17.png mpv-shot0001.jpg DALL-E_3.png
dalle3_12.png midjourney_01.png generated_12.png synthetic-3.png ai_generated_4.jpg
stable-diffusion_12.png stylegan2_0012.png seed0012.png fake_001.png rot90_1.jpg rot_90_2.jpg
rotated180_3.jpg flip_2.jpg hflip_3.png vflip_2.png flipped_3.png dark_1.jpg bright_3.jpg
brightness_12_3.png blur_2.png noise_3.png contrast_2.png zoom_1.png zoom2_3.png
gaussian_noise_4.png augmented_12_3.png jpeg_2.jpg png_3.png desktop_12.jpg unsorted_3.jpg
misc_4.jpg baby_01.jpg babies_2.jpg businessman_3.jpg beautiful_woman_2.jpg me_01.jpg
me_smiling_3.jpg happy_toddler_12.jpg handsome_guys_4.jpg old_lady_3.jpg angry2_01.jpg
happy3_0017.png smile1_2.jpg smiled_3.jpg smilingly_3.jpg happier_2.jpg disgusting_3.jpg
screaming_2.jpg frowned_2.jpg sadly_2.jpg surprisingly_4.jpg shocking_3.jpg bored_2.jpg sleepy_3.jpg
image_1280x720.png 26_0_1_20170104165700.jpg.chip.jpg 1_0_0_20161219140623097.jpg.chip.jpg
IMG_20240131_123456_Bokeh.jpg angry_12_jpg.rf.0123456789abcdef0123456789abcdef.jpg
N_0000000001_00001.jpg affectnet_7_123.jpg RAF-DB_train_00001.jpg CK+48_3.png BU-3DFE_1.png
Aff-Wild2_12.png WSEFEP_anger_01.png WIN_20240101_12_12_00_Pro.jpg WIN_20240101_12_12_00_Pro_2.jpg
P_20200131_121212.jpg P_20200131_121212_vHDR_Auto.jpg IMAG0123.jpg IMAG0123_1.jpg SAM_0012.JPG
SAM_0012_2.JPG esp32_12.jpg ESP32-CAM_12.jpg esp32cam_0012_3.jpg raspi_0012.jpg pi_12.jpg
raspberrypi_3_12.jpg KakaoTalk_20240131_121212345_01.jpg KakaoTalk_Photo_2024-01-31-12-12-12.jpeg
mmexport1612345678901.jpg mmexport1612345678901_2.jpg B612_20240131_121212_345.jpg b612_12_3.jpg
InShot_20240131_121212345.jpg GMT20240131-121212_Recording_1920x1080.jpg
GMT20240131-121212_Recording_gallery_7.jpg istockphoto-123456789-612x612.jpg AdobeStock_123456.jpeg
hqdefault_1.jpg maxresdefault-2.jpg ComfyUI_00012_.png ComfyUI_00012_2.png
COCO_val2014_000000123456.jpg COCO_train2014_000000000001_2.jpg frame_det_00_000123.bmp
img_20240131T121212.jpg 2024-01-31T12_12_12Z_face_2.jpg IMG_0012-bearbeitet.jpg cam_3_12.jpg
LINE_ALBUM_2024_1.jpg Polish_20240131_121212345.jpg C360_2024-01-31-12-12-12-123.jpg
wx_camera_1612345678901.jpg openface_12_3.jpg webcam-toy-photo1.jpg
val_3_12.jpg IMG_2024-01-31_12-12-12_2.jpg 31-01-2024_12_12_12_3.jpg
"""
NO_PEOPLE_WITH_SPACES = [
    "WhatsApp Image 2024-01-31 at 12.34.56 (1).jpeg",
    "Screenshot 2024-01-31 at 12.34.56.png",
    "download (3).jpg",
    "signal-2024-01-31-123456_002.jpg",
    "Photo 31-01-2024, 12 34 56.jpg",
    "new test.jpg",
    "Screen Shot 2024-01-31 at 12.34.56 PM.png",
    "Screenshot from 2024-01-31 12-34-56.png",
    "images - 2020-11-06T213447.123_face.png",
    "Kopie von IMG_0012.jpg",
    "Kopie (2) von IMG_0012.jpg",
    "Copia de IMG_0012.jpg",
    "Copie de IMG_0012 (2).jpg",
    "Copia di IMG_0012.jpg",
    "WIN_20240101_12_12_00_Pro (2).jpg",
    "Bildschirmfoto vom 2024-01-31 12-12-12.png",
    "Capture d\u2019\u00e9cran 2024-01-31 \u00e0 12.34.56.png",
    "Captura de pantalla 2024-01-31 a la(s) 12.34.56.png",
    "DALL\u00b7E 2024-01-31 12.34.56 - A portrait of Anna in a park.png",
]


@pytest.mark.parametrize("name", [*NO_PEOPLE.split(), *NO_PEOPLE_WITH_SPACES])
def test_words_of_cameras_programs_and_data_sets_are_no_people(name):
    assert subject_of(PurePath(name), ["happy", "sad"]) == ""
