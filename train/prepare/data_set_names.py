"""How data sets, cameras and programs name their files and folders, as regular expressions.

They expect lower case, except CAMERA_NUMBER.
"""

import re

START, END = r"(?<![^\W_])", r"(?![^\W_])"  # of a part between punctuation or "_"

# Names that have the person in another place than the general rule expects. Group 1 is the person.
PERSON_IN_DATA_SET = (
    # KDEF: session A or B, person, expression, angle. AF01HAS and BF01SAFL are the same person.
    rf"{START}[ab]([fm]\d\d)(?:(?:af|an|di|ha|ne|sa|su)(?:s|[hf][lr]))?{END}",
    rf"{START}rafd\d+_(\d+)_",  # RaFD: Rafd090_01_Caucasian_female_angry_frontal
    rf"{START}cfd-([a-z]{{2}}-\d{{3}})-",  # Chicago Face Database: CFD-WF-001-014-HO
    rf"{START}(?:\d\d-){{6}}(\d\d){END}",  # RAVDESS: 01-01-03-01-02-01-12
    rf"{START}(\d{{1,3}})_[ymo]_[fm]_[adfhns]_[ab]{END}",  # FACES: 004_o_m_a_a
    # CREMA-D: 1001_DFA_ANG_XX, person, sentence, expression, level
    rf"{START}(1\d{{3}})_[a-z]{{3}}_(?:ang|dis|fea|hap|neu|sad)_(?:hi|lo|md|xx)",
    rf"{START}(?:left|right)video(sn\d{{3}})",  # DISFA: LeftVideoSN001_comp
    rf"{START}(s\d{{3}})-\d{{3}}{END}",  # MMI: S001-001
    rf"{START}(\d+-\d+)-\d{{3,4}}x\d{{3,4}}",  # Aff-Wild: 10-60-1280x720_left
    # Pictures of Facial Affect: JJ3-04
    rf"{START}(em|gs|jb|jj|jm|mf|mo|nr|pe|pf|sw|wf)\d-\d\d?{END}",
    rf"{START}(ses\d\d)[fm]_",  # IEMOCAP: Ses01F_impro01_M003. Both speakers are in one session.
    rf"{START}(dia\d+)_utt\d+",  # MELD: dia3_utt5, the dialogue
    rf"{START}yaleb(\d\d)",  # Extended Yale B: yaleB01_P00A+000E+00
    rf"{START}([fmw][-_]\d{{2,4}})[-_]\d",  # AR: m-001-01
    rf"{START}(\d{{3}})a\d\d[a-z]?{END}",  # FG-NET: 001A02
    rf"{START}(\d{{5,6}})_\d{{1,2}}[fm]\d\d{END}",  # MORPH: 009055_1F54
    rf"{START}(\d\d)[123]{{2}}[a-g]\d\d{END}",  # Taiwanese: 0111a01, person, kind, view, expression
    rf"{START}(nm\d{{7}})_rm\d+",  # IMDB-WIKI: nm0000001_rm124825600_1899-5-9_1968
    rf"{START}(\d{{5,9}}@n\d\d){END}",  # Adience: 7153718@N04
)
_TIME = r"(?:(?:[-_ t]|, )\d\d[-_.: ]?\d\d[-_.: ]?\d\d(?:\.\d+)?z?)?"
# Beside a date or a random name, numbers are no people.
DATES_AND_RANDOM_NAMES = (
    rf"(?:{START}p_)?"  # Asus: P_20240131_123456
    rf"(?<!\d)(?:19|20)\d\d([-._ ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01]){_TIME}"
    rf"|(?<!\d)[0-3]?\d([-._ ])[01]?\d\2(?:19|20)\d\d(?!\d){_TIME}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|img_e\d{4}"  # a picture that an iPhone edited
    rf"|{START}n_\d{{10}}_\d{{5}}{END}"  # EmotioNet
    rf"|{START}\d{{3,4}}_f_\d{{6,}}_\w+"  # Adobe Stock: 360_F_123456789_abCdeF
)
CAMERA_NUMBER = rf"{START}SAM_\d{{4}}{END}"  # in capitals, unlike the name: Sam_01, sam_01
YEAR_OR_MONTH = r"(?:19|20)\d\d(?:-(?:0?[1-9]|1[0-2])|0[1-9]|1[0-2])?"
CAMERA_FOLDER = r"[1-9]\d\d_(?:\d{4}|__\d\d)"  # 100_0131, 101___02
DATE = "\0"  # in place of a date or a random name: no file's name has this character
# What follows the date of a screenshot or a generated picture is a program or a prompt.
AFTER_DATE = (
    r"(?:screenshot|bildschirmfoto|captur\w+|dalle|schermafbeelding|schermata|skjermbilde"
    rf"|skærmbillede|skärmavbild|снимок экрана)[\W_]*{DATE}.*|chatgpt[\W_]image.*"
)
# Sizes, further file types, and what Roboflow and UTKFace add to them: x_jpg.rf.0123abcd....jpg
FORMATS = (
    rf"{START}\d{{2,4}}x\d{{2,4}}{END}"
    r"|[._](?:arw|avif|bmp|cr[23]|dng|gif|hei[cf]|jfif|jpe?g|nef|png|rw2|tiff?|webp)"
    r"(?:\.chip|\.rf\.[0-9a-z]{16,})?(?=\.|$)"
)
# Names whose parts would be taken for words or numbers. They are joined to a word of `name_words`.
COMPOUNDS = (
    rf"{START}(?:raf[\W_]?(?:db|au|ml)|aff[\W_]?wild|afew[\W_]?va|bu[\W_]?[34]dfe|oulu[\W_]?casia"
    r"|ck\+?[\W_]?(?:48|plus)|caer[\W_]?s|celeba[\W_]?hq|am[\W_]?fed|fer[\W_]?plus|fg[\W_]?net"
    r"|icv[\W_]?mefed|msp[\W_]?improv|crema[\W_]?d|multi[\W_]?pie|ferv[\W_]?39k|genki[\W_]?4k"
    r"|dall[\W_]?e|sfhq[\W_]pt|stable[\W_]?diffusion|screen[\W_]?shot|webcam[\W_]?toy|ai[\W_]?generated"
    r"|(?:copi[ae]|kopie)[\W_](?:de|di|van|von)"
    rf"|capture[\W_]d\W[ée]cran|captura[\W_]de[\W_](?:pantalla|tela))\d*{END}"
)


def person_of_data_set(name: str) -> str:
    """Return the person whom a file's or folder's name has in a data set's way, or ""."""
    matches = (re.search(pattern, name.lower()) for pattern in PERSON_IN_DATA_SET)
    return next((match[1] for match in matches if match), "")
