"""Camera configurations, checked and adjusted as picamera2 and libcamera do."""

from types import SimpleNamespace

from .memory import ORDER, YUV, length_of, stride_of

STREAM_KEYS = ("format", "size", "stride", "preserve_ar")


def complete_stream(defaults: dict, given: dict) -> dict:
    """Return a requested stream with defaults and an even size."""
    for key in given:
        if key not in STREAM_KEYS:
            raise ValueError(f"Bad key {key!r}: valid stream configuration keys are {STREAM_KEYS}")
    stream = defaults | given
    width, height = stream["size"]
    return stream | {"size": (width - width % 2, height - height % 2)}


def settle(config: dict, plan: dict) -> dict:
    """Return the configuration that libcamera makes from the requested one."""
    main, lores = dict(config["main"]), config["lores"] and dict(config["lores"])
    for name, stream in (("main", main), ("lores", lores)):
        if stream and stream["format"] not in (*ORDER, *YUV):
            raise RuntimeError(f"Bad format {stream['format']} in stream {name}")
    if lores:
        _check_lores(lores, main, plan["platform"])
        _settle_stream(lores, plan["adjust_lores"], plan["align"])
    if not plan["paced"] and "FrameDurationLimits" in config["controls"]:
        raise RuntimeError("Control FrameDurationLimits is not advertised by libcamera")
    _settle_stream(main, plan["adjust"], plan["align"])
    space = plan["space"] and SimpleNamespace(
        ycbcrEncoding=SimpleNamespace(name=plan["space"][0]),
        range=SimpleNamespace(name=plan["space"][1]),
    )
    return {**config, "main": main, "lores": lores, "colour_space": space}


def _check_lores(lores: dict, main: dict, platform: str) -> None:
    if lores["size"][0] > main["size"][0] or lores["size"][1] > main["size"][1]:
        raise RuntimeError("lores stream dimensions may not exceed main stream")
    if platform == "vc4" and lores["format"] not in YUV:
        raise RuntimeError("lores stream must be YUV")


def _settle_stream(stream: dict, adjust: dict, align: int) -> None:
    stream.update({k: tuple(v) if k == "size" else v for k, v in adjust.items()})
    width, height = stream["size"]
    stream["stride"] = stride_of(stream["format"], width, align)
    stream["framesize"] = length_of(stream["format"], height, stream["stride"])
