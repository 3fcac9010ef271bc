"""Teach the model your face: a small head is fitted on its features, in seconds, on this machine.

  emotion-edge teach                                       in front of the camera, two minutes
  emotion-edge teach --label neutral --label "tongue out"  an expression of your own
  emotion-edge teach --web                                 the same on a page
  emotion-edge teach --from data --to taught.json          from pictures
  emotion-edge run --taught taught.json
  emotion-edge teach --forget --to taught.json

In front of a camera it says what to show, counts down and takes some faces, in two rounds: what is
learnt in one is checked in the other. Keys skip a label, repeat it, or end the lesson. It first
asks the people in view for their consent on the terminal, and keeps no picture. With --web a page
asks and shows it as well, and no terminal is needed.

--from has a folder for each label, as `collect` writes them. Take the pictures in two bursts at
least, on different occasions; five to twenty faces of each label are a good start. Of a picture
that `collect` has not cut out, the largest face counts.

Any label can be taught. Those that the model does not know are added to its own, or with --only
take their place. Where nothing is shown to be gained, nothing is written. What was learnt counts
for faces like the taught ones; of all others the model says what it always says.

TO holds weights that were fitted to these faces, so it is data about the people on them, for its
owner alone to read. The pictures cannot be made of it. --keep-features also keeps what the network
makes of each face: then the next call with the same TO adds faces to them, and a picture that moved
to another label's folder moves with it.

Exit codes: 0 done, even if nothing was gained, 1 stopped, or the source ended too early, or the
file cannot be written, 2 bad input or options, or no consent.
"""

import logging
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event

from emotion_edge.capture.source import SourceSettings
from emotion_edge.commands.consent import ask_for_consent, ask_here_and_there
from emotion_edge.commands.teach.camera import refuse_pictures, take_faces
from emotion_edge.commands.teach.conclusion import conclude, kept_faces
from emotion_edge.commands.teach.display import Display, Orders
from emotion_edge.commands.teach.plan import Plan
from emotion_edge.errors import RunError, UserError
from emotion_edge.faces.detector import DetectorSettings
from emotion_edge.model.model_file import SHIPPED, Model
from emotion_edge.model.runtime import RuntimeSettings
from emotion_edge.output.web.settings import WebSettings
from emotion_edge.pipeline.classifiers import make_classifier
from emotion_edge.pipeline.factory import make_detector
from emotion_edge.system.signals import stop_on_signals
from emotion_edge.teaching.class_pictures import as_label, choose_labels, find_class_pictures
from emotion_edge.teaching.face_reader import FaceReader
from emotion_edge.teaching.faces import TaughtFaces
from emotion_edge.teaching.taught_target import check_target
from emotion_edge.teaching.wizard import Wizard
from emotion_edge.util.installation import install_hint

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TeachSettings:
    """Settings of `emotion-edge teach`.

    taught: the file to write. pictures: the folder of class folders, None to take `count` faces of
    each label from the source. labels: those to teach; none for all in the folder, or the model's.
    only: the head has no others. keep_features: also write them, and add to those in the file.
    web: of the page that shows the lesson; None: there is none.
    """

    taught: Path
    pictures: Path | None
    source: SourceSettings
    count: int
    labels: Sequence[str] = ()
    only: bool = False
    model: Path = SHIPPED
    keep_features: bool = False
    web: WebSettings | None = None
    detector: DetectorSettings = field(default_factory=DetectorSettings)
    runtime: RuntimeSettings = field(default_factory=RuntimeSettings)


def teach(settings: TeachSettings) -> Generator[str, None, None]:
    """Yield what was learnt, and write the taught file if something was.

    Raises UserError if the pictures, the source, the labels or the model cannot be used, or without
    consent, and RunError if it was stopped or the file cannot be written.
    """
    check_target(settings.taught)
    classifier = make_classifier(settings.model, settings.runtime)
    kept = kept_faces(settings.taught, classifier.model, keep=settings.keep_features)
    detector = partial(make_detector, settings.detector, settings.runtime)
    reader = FaceReader(classifier, detector)
    orders = Orders(Event())
    with _open_page(settings, classifier.model, orders) as page:
        if settings.pictures is None:
            faces = _from_source(settings, reader, kept, orders, page)
        else:
            faces = _from_pictures(settings, settings.pictures, reader, kept)
        if kept is not None:
            faces = kept.relabelled(faces.labels).joined(faces)
            log.info("%s: taught together with the faces in it", settings.taught)
        keep, stop = settings.keep_features, orders.stop
        yield from conclude(settings.taught, classifier.model, faces, stop, page, keep=keep)


def _open_page(
    settings: TeachSettings, model: Model, orders: Orders
) -> AbstractContextManager[Display]:
    if settings.web is None:
        return nullcontext(Display())
    try:
        from emotion_edge.commands.teach.web.lesson_page import LessonPage  # noqa: PLC0415
    except ImportError:
        raise UserError(f"--web needs tornado: {install_hint('web')}") from None
    page = LessonPage(settings.web, _plan(settings, model), orders)
    stop_on_signals(orders.stop)  # from the first moment that somebody may see the page
    return page


def _plan(settings: TeachSettings, model: Model) -> Plan:
    return Plan(
        labels=tuple(dict.fromkeys(map(as_label, settings.labels))) or model.contract.labels,
        count=settings.count,
        source=settings.source,
        file=settings.taught,
        features=settings.keep_features,
    )


def _from_pictures(
    settings: TeachSettings, folder: Path, reader: FaceReader, kept: TaughtFaces | None
) -> TaughtFaces:
    pictures = find_class_pictures(folder, settings.labels)
    found = sorted({each.label for each in pictures})
    return reader.read(pictures, _labels(settings, reader, found, kept))


def _from_source(
    settings: TeachSettings,
    reader: FaceReader,
    kept: TaughtFaces | None,
    orders: Orders,
    page: Display,
) -> TaughtFaces:
    plan = _plan(settings, reader.classifier.model)
    asked = plan.labels
    _labels(settings, reader, asked, kept)  # before anybody makes a face
    if len(asked) < 2 and kept is None:
        raise UserError(
            f"--label {asked[0]}: nothing to tell it from", "add another, such as --label neutral"
        )
    refuse_pictures(settings.source, orders.stop)
    frames = settings.source.open(orders.stop)
    _ask_for_consent(plan, orders.stop, page)
    wizard = Wizard(asked, settings.count)
    take_faces(frames, settings.source.name, reader, wizard, orders, page)
    if not (found := wizard.with_faces()):
        raise RunError("no face was taken: nothing is written")
    return wizard.faces(_labels(settings, reader, found, kept))


def _ask_for_consent(plan: Plan, stop: Event, page: Display) -> None:
    if page.is_enough:
        ask_here_and_there(plan.words, page, stop)
        page.begin()
    else:
        ask_for_consent("teach", plan.words, "with --web a page asks")


def _labels(
    settings: TeachSettings, reader: FaceReader, found: Sequence[str], kept: TaughtFaces | None
) -> tuple[str, ...]:
    """Return the labels of the head. found: those that faces are taught of."""
    before = kept.with_faces() if kept else []
    known = reader.classifier.model.contract.labels
    return choose_labels(known, (*found, *before), only=settings.only)
