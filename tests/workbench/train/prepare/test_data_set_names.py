"""The people in the file names of data sets, and the data sets' folders, which are no people."""

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
