"""Turn pictures and frames into what the network makes of their faces."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from emotion_edge.errors import UserError
from emotion_edge.faces.alignment import face_region
from emotion_edge.faces.detector import FaceDetector
from emotion_edge.faces.single_face import single_face
from emotion_edge.imaging.image_files import ImageError, Picture, read_picture
from emotion_edge.imaging.regions import Pixels, Region
from emotion_edge.model.classifier import Classifier, mirrored
from emotion_edge.model.crop_rule import crop_rule_of
from emotion_edge.model.network import Outputs
from emotion_edge.model.preprocessing import preprocess
from emotion_edge.teaching.bursts import has_time, number_bursts
from emotion_edge.teaching.class_pictures import ClassPicture
from emotion_edge.teaching.faces import SeenFace, TaughtFaces, gather
from emotion_edge.util.progress import show_progress

log = logging.getLogger(__name__)
_NAMED = 3  # examples in a message


class FaceReader:
    """Reads faces for a model. classifier: the model, without a head."""

    def __init__(self, classifier: Classifier, make_detector: Callable[[], FaceDetector]) -> None:
        """make_detector: is called if a picture does not say where its face is."""
        self.classifier = classifier
        self._make_detector = make_detector
        self._rule = crop_rule_of(classifier.model.contract)

    @cached_property
    def _detector(self) -> FaceDetector:
        return self._make_detector()

    def read(self, pictures: Sequence[ClassPicture], labels: tuple[str, ...]) -> TaughtFaces:
        """Return the faces in pictures; a picture without one is named in the log.

        labels: the head's. Of several faces in a picture the largest is taken, and of pictures of a
        label that are the same to the network one. Raises UserError if there is no face, or the
        detector is needed and cannot be used.
        """
        found: list[tuple[ClassPicture, Sequence[Outputs]]] = []
        faceless: dict[str, list[Path]] = defaultdict(list)
        for number, picture in enumerate(pictures, start=1):
            looks = self._looks(picture.path)
            if looks:
                found.append((picture, looks))
            elif looks is not None:
                faceless[picture.label].append(picture.path)
            show_progress(number, len(pictures), "pictures", alone=True)
        _tell(found, faceless)
        if not found:
            raise UserError(f"no face in any of {len(pictures)} pictures")
        faces = _gather(found, labels)
        distinct = faces.distinct()  # a copy in another burst would know what it is asked about
        if copies := len(faces) - len(distinct):
            log.warning("left out %d picture(s) that are the same as another", copies)
        return distinct

    def _looks(self, path: Path) -> Sequence[Outputs] | None:
        """Return the outputs for a picture's face and its mirror image, [] without a face.

        None, with a warning, if the picture cannot be read.
        """
        try:
            picture = read_picture(path)
        except ImageError as error:
            log.warning("%s: cannot read it: %s", path, error)
            return None
        region = picture.face or self._largest_face(picture)
        return [] if region is None else self._look(picture.pixels, region).looks

    def see(self, pixels: Pixels) -> SeenFace | str:
        """Return the only face in a frame, or why none is taken: see `single_face`.

        pixels: (rows, columns, 3) uint8 RGB. Raises UserError if the detector cannot be used.
        """
        found = single_face(pixels, self._detector, self._rule)
        return found if isinstance(found, str) else self._look(pixels, found)

    def _look(self, pixels: Pixels, region: Region) -> SeenFace:
        image = preprocess(pixels, self.classifier.model.contract, region)
        looks = [self.classifier.network.run(each) for each in (image, mirrored(image))]
        return SeenFace(image, looks)

    def _largest_face(self, picture: Picture) -> Region | None:
        faces = self._detector.detect(picture.pixels)
        largest = max(faces, key=lambda face: face.box.side, default=None)
        return None if largest is None else face_region(largest, self._rule)


def _gather(
    found: Sequence[tuple[ClassPicture, Sequence[Outputs]]], labels: tuple[str, ...]
) -> TaughtFaces:
    pictures = [picture for picture, _ in found]
    bursts = number_bursts((each.label, each.path.name) for each in pictures)
    return gather(labels, [each.label for each in pictures], bursts, [looks for _, looks in found])


def _tell(
    found: Sequence[tuple[ClassPicture, Sequence[Outputs]]], faceless: Mapping[str, Sequence[Path]]
) -> None:
    for label, paths in faceless.items():
        names = ", ".join(path.name for path in paths[:_NAMED])
        log.warning("%s: no face in %d picture(s), such as %s", label, len(paths), names)
    if undated := sum(not has_time(picture.path.name) for picture, _ in found):
        log.info(
            "%d picture(s) have no time in their names, so each counts as an occasion of its own: "
            "do not teach several frames of one film",
            undated,
        )
