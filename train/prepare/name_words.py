"""Words in the paths of photographs that are not names of people."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPLITS = _words(
    """
    dataset eval evaluation holdout privatetest publictest split test testing train training val
    valid validation
    """
)
_DEVICES = _words(
    """
    am bild bilder bildschirmfoto burst camera canon capture cimg clip collage cover dcim dji
    dsc dscf dscn ezgif facebook fb foto fotos frame frames gopr gopro hdr hpim image imagen
    images img imgp imgs instagram iphone kimg mg mov mp mvi mvimg nikon pano photo photos pic
    pics pict picture pictures pxl received samsung scan screen screenshot selfie selfies signal
    snap snapchat snapshot still telegram thumb thumbnail uhr um unknown unnamed untitled vid
    video videos webcam whatsapp
    """
)
_SOURCES = _words(
    """
    afew aff affectnet casia celeba ck ckplus cohn data database emotion emotions expression
    expressions expw face faces fer ferplus ffhq flickr getty gettyimages google istock jaffe
    kaggle kanade kdef lfw oulu pexels pixabay rafd rafdb ravdess sfew sfhq shutterstock stock
    unsplash utkface vgg vggface wiki
    """
)
_VERSIONS = _words(
    """
    aligned all and at aug augmented backup batch big close closeup color colour copia copie
    copy crop cropped cropping crops detected different download downloads draft edit edited
    effects extra file files final fixed flipped folder for from good gray grayscale grey hd
    high in input item kopie large latest left low mask masked mirror mirrored misc more my new
    no none of old on orig original originals other others output part raw real resized result
    results rgb right rotated sample samples scaled selected set small sorted temp the tmp
    uncropped up upload uploads version with
    """
)
# What data sets, cameras, programs and people call a picture or a folder. A number beside such a
# word counts pictures.
NO_NAMES = _SPLITS | _DEVICES | _SOURCES | _VERSIONS
# Words that describe a person, such as the search words in ExpW's names: angry_actor_104.jpg.
DESCRIPTIONS = _words(
    """
    actor actors actress adult african aged american asian black boy caucasian celebrity child
    children couple customer doctor driver elderly employee european female front frontal full
    girl guest head hispanic indian kid kids lady male man men middle model moroccan nurse
    officer people player police portrait profile side soldier student teacher teen teenager
    white woman women worker young
    """
)
EXPRESSIONS = _words(
    """
    afraid amazed anger angry annoyed anxious astonished calm cheerful contempt contemptuous
    cried cry crying delighted disgust disgusted ecstatic excited fear fearful frightened frown
    frowning frustrated furious gloomy grin grinning happily happiness happy horrified joyful
    laugh laughing laughs laughter mad nervous neutral panicked rage sad sadness scared scream
    screaming serious shock shocked smile smiles smiling sorrow sorrowful suprise suprised
    surprise surprised terrified tired unhappy upset weeping worried
    """
)
# A number beside such a word is a person.
PEOPLE = _words("id participant patient person speaker sub subj subject user volunteer")
