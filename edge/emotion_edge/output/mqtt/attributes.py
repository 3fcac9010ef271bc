"""The message on `attributes`: the main face, and the device's health."""

from emotion_edge.output.json_lines import dumps, face_fields, utc_text
from emotion_edge.pipeline.main_face import MainFace
from emotion_edge.pipeline.results import utc_now
from emotion_edge.pipeline.stats import PipelineStats
from emotion_edge.system.hardware import cpu_temperature


def attributes_message(stats: PipelineStats, main_face: MainFace | None) -> str:
    """Return the message as JSON. main_face: None leaves out everything about people."""
    shown, person = stats.shown, {}
    if main_face:
        person = face_fields(main_face.face, main_face.decision)
        person["faces"] = None if stats.paused else stats.faces
    return dumps(
        {
            "time": utc_text(utc_now()),
            **person,
            "streaming": stats.streaming,
            "trouble": stats.reason,
            "paused": stats.paused,
            "frame_rate": shown.frame_rate and round(shown.frame_rate, 1),
            "frames": shown.frames,
            "dropped": shown.dropped,
            "temperature": cpu_temperature(),
        }
    )
