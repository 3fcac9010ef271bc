"""Adapters that ask a package for expressions; each is loaded only where that package is.

An environment has one package only, so an adapter imports it when it is loaded.
"""
# ruff: noqa: PLC0415 - see above

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

# OpenCV Zoo's network: its labels, its input's side, and where the eyes are in it, as in ArcFace's
# five points (Deng et al. 2018, arXiv:1801.07698).
ZOO_LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
ZOO_SIDE, ZOO_EYES = 112, (38.29 + 51.70j, 73.53 + 51.50j)


class Adapter(NamedTuple):
    """How to ask a package. A picture is what `read` returns for a path.

    classify: label of the face in a picture, given its box and eyes. detect: label of the largest
    face that the package finds, None if it finds none; None itself if it has no face detector.
    """

    read: Callable[[Any], Any]
    classify: Callable[[Any, Sequence[float], Sequence[float] | None], str]
    detect: Callable[[Any], str | None] | None


def emotion_edge() -> Adapter:
    """Return this repository's own package."""
    from emotion_edge.faces.alignment import face_region
    from emotion_edge.faces.detector import FaceDetector
    from emotion_edge.faces.types import Box, Face
    from emotion_edge.imaging.image_files import read_image
    from emotion_edge.model.classifier import Classifier
    from emotion_edge.model.crop_rule import crop_rule_of
    from emotion_edge.model.model_file import SHIPPED

    detector, classifier = FaceDetector(), Classifier(SHIPPED)
    rule = crop_rule_of(classifier.contract)

    def label(pixels: Any, face: Face) -> str:
        return classifier.classify(pixels, face_region(face, rule)).label

    def classify(pixels: Any, box: Sequence[float], eyes: Sequence[float] | None) -> str:
        if eyes is None:
            return classifier.classify(pixels).label
        return label(pixels, Face(Box(*box), 1.0, (eyes[0], eyes[1], eyes[2], eyes[3])))

    def detect(pixels: Any) -> str | None:
        faces = detector.detect(pixels)
        return label(pixels, faces[0]) if faces else None

    return Adapter(lambda path: read_image(Path(path)), classify, detect)


def fer(**options: bool) -> Adapter:
    """Return J. Shenk's fer: O. Arriaga's mini-Xception, and OpenCV's Haar cascade or MTCNN."""
    import cv2
    from fer.fer import FER

    detector = FER(**options)

    def label(faces: list[dict[str, Any]]) -> str | None:
        return top(max(faces, key=lambda face: area(face["box"]))["emotions"]) if faces else None

    def classify(pixels: Any, box: Sequence[float], eyes: Sequence[float] | None) -> str:
        x, y, side = map(round, box)
        if eyes is None:  # fer widens a box by ten pixels on each side: stay inside the picture
            x, y, side = x + 10, y + 10, side - 20
        return label(detector.detect_emotions(pixels, [(x, y, side, side)])) or ""

    return Adapter(cv2.imread, classify, lambda pixels: label(detector.detect_emotions(pixels)))


def facex() -> Adapter:
    """Return H. Fahrudin's facex: its own MobileNet and OpenCV's Haar cascade."""
    import cv2
    import facex

    worker = facex.PoolManager(pool_size=1).get_classifier()

    def classify(pixels: Any, box: Sequence[float], _: Sequence[float] | None) -> str:
        return top(worker.detect_emotion(crop(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), box)))

    def detect(pixels: Any) -> str | None:
        faces = worker.predict(pixels)
        return top(max(faces, key=lambda face: area(face["bbox"]))["emot"]) if faces else None

    return Adapter(cv2.imread, classify, detect)


def deepface() -> Adapter:
    """Return S. I. Serengil's DeepFace with its default face detector."""
    import cv2
    from deepface import DeepFace

    def label(pixels: Any, detector: str, *, required: bool) -> str:
        faces = DeepFace.analyze(pixels, ["emotion"], required, detector)
        largest = max(faces, key=lambda face: face["region"]["w"] * face["region"]["h"])
        return str(largest["dominant_emotion"])

    def detect(pixels: Any) -> str | None:
        try:
            return label(pixels, "opencv", required=True)
        except ValueError:  # DeepFace raises it if there is no face
            return None

    DeepFace.build_model("Emotion", "facial_attribute")  # else `detect` would hide its ValueError
    return Adapter(
        cv2.imread, lambda p, box, _: label(crop(p, box), "skip", required=False), detect
    )


def emotiefflib() -> Adapter:
    """Return A. Savchenko's EmotiEffLib with its default network; it has no face detector."""
    from emotiefflib.facial_analysis import EmotiEffLibRecognizer

    recognizer = EmotiEffLibRecognizer(engine="onnx")
    return Adapter(rgb, lambda p, box, _: recognizer.predict_emotions(crop(p, box))[0][0], None)


def paz() -> Adapter:
    """Return O. Arriaga's paz: his mini-Xception as he ships it, and OpenCV's Haar cascade."""
    from paz.pipelines import DetectMiniXceptionFER

    pipeline = DetectMiniXceptionFER()

    def detect(pixels: Any) -> str | None:
        boxes = pipeline(pixels)["boxes2D"]
        return max(boxes, key=lambda box: box.width * box.height).class_name if boxes else None

    return Adapter(rgb, lambda p, box, _: pipeline.classify(crop(p, box))["class_name"], detect)


def hsemotion() -> Adapter:
    """Return hsemotion-onnx, EmotiEffLib's predecessor; it has no face detector either."""
    from hsemotion_onnx.facial_emotions import HSEmotionRecognizer

    recognizer = HSEmotionRecognizer()
    return Adapter(rgb, lambda p, box, _: recognizer.predict_emotions(crop(p, box))[0], None)


def opencv_zoo(network: str) -> Adapter:
    """Return OpenCV Zoo's MobileFaceNet, an .onnx file, without a face detector."""
    import cv2
    import numpy as np

    net = cv2.dnn.readNet(network)

    def classify(pixels: Any, box: Sequence[float], eyes: Sequence[float] | None) -> str:
        if eyes is None:
            face = cv2.resize(crop(pixels, box), (ZOO_SIDE, ZOO_SIDE))
        else:
            left, right = complex(eyes[0], eyes[1]), complex(eyes[2], eyes[3])
            turn = (ZOO_EYES[1] - ZOO_EYES[0]) / (right - left)
            (x, y), (u, v) = ((n.real, n.imag) for n in (turn, ZOO_EYES[0] - turn * left))
            face = cv2.warpAffine(pixels, np.array([[x, -y, u], [y, x, v]]), (ZOO_SIDE, ZOO_SIDE))
        net.setInput(cv2.dnn.blobFromImage(face.astype(np.float32) / 127.5 - 1))
        return ZOO_LABELS[int(np.argmax(net.forward()))]

    return Adapter(rgb, classify, None)


def crop(pixels: Any, box: Sequence[float]) -> Any:
    """Return the part of a picture inside a box."""
    x, y, side = map(round, box)
    return pixels[max(0, y) : y + side, max(0, x) : x + side]


def rgb(path: str) -> Any:
    """Decode a picture to RGB."""
    import cv2

    return cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)


def area(box: Sequence[float]) -> float:
    """Return the area of a box (x, y, width, height)."""
    return float(box[2]) * float(box[3])


def top(scores: dict[str, float]) -> str:
    """Return the label with the largest score."""
    return max(scores, key=lambda label: scores[label])


LOADERS: dict[str, Callable[..., Adapter]] = {
    "emotion-edge": emotion_edge,
    "fer": fer,
    "fer-mtcnn": partial(fer, mtcnn=True),
    "facex": facex,
    "deepface": deepface,
    "emotiefflib": emotiefflib,
    "hsemotion-onnx": hsemotion,
    "paz": paz,
    "opencv-zoo": opencv_zoo,
}
