"""Words in the paths of photographs that are not names of people."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPLITS = _words(
    """
    dataset datasets dev eval evaluation fold holdout private privatetest public publictest
    split test testing train training usage val valid validation
    """
)
_DEVICES = _words(
    """
    afterlight airbrush amcrest android animation avo b612 beauty beautyplus bildschirmfoto bokeh
    booth burst c360 cam camera camera360 camscanner canon capcut capturadepantalla capturadetela
    capture captured capturedecran capturedécran casio cctv chatgpt chrome cimg clip clips collage
    cover cymera dcim dji dsc dscf dscn dsf dslr dvr eos esp ezgif faceapp facebook facetime
    facetune fairphone favoriten favorites favourites ffmpeg film firefox focos foodie foscam
    frigate fuji fujifilm galaxy gcam gemini gmt gopr gopro grab grok gvo handy hasselblad hdr hero
    hikvision hni honor hpim htc huawei imag infinix inshot insta instagram ipad ipcam iphone
    kakaotalk kif kinect kodak leica lenovo lensa libcamera lightroom lightx line logitech lrm lrv
    lumix lv meeting meitu messenger minolta mmexport mobile moment motioneye motorola mov movi
    movie mp mpv msg mtxx mvi mvimg night nikon nokia nvr olympus oneplus opencamera opencv openface
    oppo pana panasonic pano panorama pentax phone phones photobooth photoroom pi picam picamera
    picker picsart pixel polaroid polarr polish prequel psx pxl qq raspberry raspberrypi raspi
    raspicam raspistill realme realsense received recents recording recordings redmi remini removebg
    reolink restored retouch retrica ricoh rimg rpi samsung save saved scan schermafbeelding
    schermata screen screencap screenrecorder screenshot sdc sdcard sdim selfie selfies sent shot
    sigma signal skype skärmavbild smartphone snap snapchat snapseed snapshot snc snow snv soda sony
    sta sticker stickers still stills stk tablet teams telegram threema tiktok timeburst ulike viber
    vid video videos vimeo vivo vlc vlcsnap vsco webcam webcams webcamtoy wechat wechatimg weixin
    whatsapp wp wx wyze xiaomi ydxj youcam youtube zenfone zoom
    """
)
_PICTURES = _words(
    """
    afbeelding afbeeldingen album avatar bild bilde bilder billede cloud creation cropper design
    designs ekran ekranu face faces fb foto fotos fotoğraf frame frames fullsizerender gambar grafik
    görüntüsü hash headshot im image imagem imagen imagenes imagens images img imgp imgs immagine
    immagini ims kimg kuva kép library mg näyttökuva obraz obrázek patch photo photograph
    photography photos pic pics pict picture pictures preview previews project projects
    qq图片 qq截图
    render rendered resim seq sequence sequences shots sketch sketches skjermbilde skærmbillede
    thumb thumbnail thumbnails tile tiles unbenannt unknown unnamed untitled zdjęcie zrzut видео
    знімок зображення изображение скриншот снимок фото фотография экрана
    スクリーンショット 写真 图像 图片 圖片 屏幕截图 微信图片 微信截图 截图 截屏 照片 画像
    사진 스크린샷 이미지
    """
)
# Collections of pictures from the web: their numbers count pictures or films. `data_set_names`
# joins names of several parts.
_WEB = _words(
    """
    afew afewva affectnet affwild amfed caer caers celeba celebahq dfew emodb emoreact emotic
    emotionet expw facescrub fer ferplus ferv39k ffhq genki4k happei imdb lfw mafw meld mmafedb
    mosei mscoco multilabel nhfi pins rafau rafdb rafml sfew sfhq sfhqpt thispersondoesnotexist
    utkface vgg vggface webface wiki
    """
)
_SOURCES = _words(
    """
    adobe adobestock aff aigenerated alamy bing canva coco comfyui dalle data database deepfake
    depositphotos diffusion discord dreamstime emotion emotions expression expressions fake fakes
    firefly flickr flux freepik generated getty gettyimages google hqdefault imgur istock
    istockphoto kaggle maxresdefault midjourney mqdefault pexels photoslibrary pinterest pixabay
    rawpixel reddit roboflow schnell sddefault sdxl seed shutterstock stablediffusion stock stylegan
    synth synthetic synthetics tumblr twitter unsplash vecteezy web yandex
    """
)
_VERSIONS = _words(
    """
    abril acropped agosto album albums aligned all am and annotated annotation annotations aout août
    archive asset at attachment aug augmentation augmented auto automatically backup bad balanced
    basic batch bearbeitet best bewerkt big brightness by checked chunk class classes clean cleaned
    close closeup color colour com combined compound contrast copia copiade copiadi copie copiede
    copy crop cropped cropping crops day days de december deg degree degrees deleted depth desktop
    det detected detection dezember di diciembre different difficult dir document documents does
    done download downloads draft dropbox décembre easy edit editada editado edited effects enero
    enhanced exist exists export exported exports extra extracted favoris febrero februar february
    fevrier file files filtered final fixed folder for from février gallery gamma gedreht gen good
    group hard hd high home hue icloud in inbox index indoor infrared input intensity item januar
    january janvier juillet july keep kopie kopievan kopievon label labeled labelled labels landmark
    landmarks large latest left level light low manually march marzo mask masked maybe mayo media
    merged misc miscellaneous mixed modificata modificato modifie modifié more my märz neg neuer new
    no noise none not november novembre noviembre nr object october octobre octubre of ok oktober
    old on onedrive ordner orig original originals other others out outdoor output page pages part
    photoshoot pm pos posed post pre preprocessed pro processed raw real recovered recup ref
    rejected release result results review right roll rot rotate rotated rotation rotations round
    run sample samples saturation scale scaled scene selected september septembre septiembre session
    sessions set shard shear shift shifted shoot size slide slightly small sorted sorting
    spontaneous sr studio stuff subset sure tagged take takeout takes target temp the thermal tmp
    todo top trash trial uhr um unaligned uncropped unedited unlabeled unlabelled unsorted untagged
    up upload uploads usb various version very vhdr vom von week weeks with zip zoom zoomed
    zugeschnitten
    """
)
# What data sets, cameras, programs and people call a picture or a folder. A number beside such a
# word counts pictures.
NO_NAMES = _SPLITS | _DEVICES | _PICTURES | _WEB | _SOURCES | _VERSIONS
_LABORATORY = _words(
    """
    adfes akdef bosphorus bp4d bu3dfe bu4dfe casia casme cfd chefs ck ck48 ckextended ckplus cohn
    cremad disfa enterface feafa feedtum feret fgnet gemep iaslab icvmefed iemocap ised jacfee jaffe
    jaffedbase kanade karolinska kdef krfer mefed mmew mmi mspimprov mug multipie nimh nimstim orl
    oulu oulucasia pofa radboud radiate rafd ravdess recola samm savee sewa smic tfeid uibvfed
    warsaw wsefep yale
    """
)
_TREATMENTS = _words(
    """
    affine bgr bicubic blur blurred blurry bmp bright brightened centered clahe cutout dark darkened
    darker denoised enhanced eq equalized flip fliplr flipped flipping flips flipud gaussian gfpgan
    gif gifs gray grayscale grayscaled grey greyscale heic heif hflip hist histeq histogram
    horizontal hsv invert inverted jitter jittered jpeg jpg jpgs lowlight mirror mirrored mixup mp4
    negative nir noised noisy normalised normalized occluded padded padding perspective pgm png pngs
    ppm resize resized rgb saturated sepia sharp sharpen sharpened skew skewed strong tif tiff tilt
    translate translated upscale upscaled vertical vflip vis vl warp warped weak webp
    """
)
# Data sets of numbered people, file formats, and what was done to a picture. A number in a file's
# name may be a person, as in flip_017_03.jpg; in a folder's name it is none.
SORTING = _LABORATORY | _TREATMENTS
DATA_SETS = _LABORATORY | _WEB
# Words that describe a person, such as the search words in ExpW's names: angry_actor_104.jpg.
DESCRIPTIONS = _words(
    """
    actor actors actress actresses adolescent adult adults african aged american arab artist asian
    athlete attractive babies baby background beard bearded beautiful black boy boys bride business
    businessman businessmen businesspeople businessperson businesswoman businesswomen casual
    caucasian celebrities celebrity chef child children chinese coach couple customer cute doctor dr
    driver elderly emotional employee engineer european expressing expressive facial family farmer
    female females front frontal full gentleman girl girls glasses groom guest guys half handsome
    head hispanic human humans indian infant infants isolated japanese kid kids korean ladies lady
    latin latina latino lawyer looking lovely male males man manager mature me men middle miss model
    moroccan mr mrs ms myself newborn nurse off office officer participants patients people persons
    player police politician portrait portraits president pretty prof profile senior seniors side
    singer soldier speakers standing student students subjects teacher teen teenage teenager
    teenagers teens toddler toddlers users volunteers waiter waitress white woman women worker
    workers young
    """
)
EXPRESSIONS = _words(
    """
    afraid amazed amazement amused amusement anger angry annoyed anxiety anxious ashamed astonished
    astonishment aversion awe blink blinking bored boredom calm calmly calmness cheerful
    concentrated confused confusion contempt contemptuous cried cries cry crying delighted depressed
    depression despair desperate disappointed disdain disgust disgusted dislike distress drowsy
    ecstatic elated elation embarrassed embarrassment emotionless enthusiastic excited excitement
    expressionless fear fearful fright frightened frown frowning frustrated furious fury glad
    gladness gloomy grief grimace grin grinning happily happiness happy hate hatred horrified horror
    interested irritated jealous joyful joyous laugh laughing laughs laughter mad madness miserable
    nervous neutral pain painful panic panicked pensive pissed pleased pouting puzzled rage relaxed
    relief relieved sad sadly sadness satisfied scared scream screaming serious shame shock shocked
    shouting shy sleepy smile smiles smileys smiling smirk smirking sneer sneering sob sobbing
    sorrow sorrowful startled stressed suprise suprised surprise surprised tears terrified terror
    thoughtful tired unhappy upset weeping wink winking worried worry yawn yawning yell yelling
    """
)
# Words, of these lists or others, that are people's names if they begin with a capital: Joy_01.jpg.
ALSO_NAMES = _words(
    """
    ang beauty cam coco de dev di dis fea gen gray guy hap hero honor hue im joy line merry neu ni
    ok page post raf smiley snow sur val von win
    """
)
# A number beside such a word is a person.
PEOPLE = _words(
    """
    benutzer candidate deelnemer deltagare denek examinee freiwillige freiwilliger id identity
    individual interviewee nutzer osoba paciente partecipante participant participante patient
    patiente patientin paziente person persona personne persoon pessoa proband probandin
    proefpersoon respondent soggetto speaker spk sprecher sprecherin sub subj subject subjekt sujet
    sujeto teilnehmer teilnehmerin testperson uczestnik user usuario utente utilisateur
    versuchsperson volontaire volontario voluntario volunteer vp
    """
)
# A number is a person in a folder of this name: subjects/07/.
PEOPLE_GROUPS = PEOPLE | _words(
    """
    actors candidates participants patients people persons probanden speakers students subjects
    sujets users volunteers
    """
)
# Like PEOPLE, in a folder's name without other words: Actor_01. In a file's name, it describes.
PEOPLE_IN_FOLDERS = _words(
    """
    actor actress adult boy child customer driver employee female girl infant kid male man nurse
    student teacher woman worker
    """
)
# Endings that make another form of an expression, without its last "e" or "y": smiled, happily. A
# word that only begins like an expression is a name: Smilla, Shockley, Angermann.
ENDINGS = _words("d ed edly es ful fully ier iest ily iness ing ingly ly ment ness s")
