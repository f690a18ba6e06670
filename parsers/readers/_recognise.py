"""
Recognition of printed lines, the one place that imports rapidocr: its recogniser over crops, one thread, fixed sizes.

A crop is read at one of two scales. They share the model but not its input, so a figure is believed only when both
agree; that, and what the shapes in the crop say, is decided in `_doubt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from parsers.errors import ReadError, ReadStatus

__all__ = ["Gray", "Look", "Reading", "read_lines", "require_recogniser"]

Gray = npt.NDArray[np.uint8]

_HIGH = 48
"""What the model takes: 48 pixels high, any width."""
_STEP = 16
_NARROWEST = 48
_WIDEST = 3072
_PIXELS_AT_ONCE = 2048
"""The widths of one batch together: its answer is 19,000 numbers for each 8 pixels."""


class Look(Enum):
    """How a crop is put before the model: the share of the height that the line fills, and how much it is narrowed."""

    FIRST = (0.84, 0.8)
    SECOND = (0.66, 0.85)


class Reading(NamedTuple):
    """A line as recognised, and the mean probability of its characters (0 when nothing was recognised)."""

    text: str
    score: float


def require_recogniser(images: Iterable[Gray] = ()) -> None:
    """
    Make the engine now; raises ReadError with status `needs_ocr` where it is not installed.

    The images to be read are asked for before that is said: what is damaged or too large is so on every machine.
    """
    try:
        _engine()
    except ReadError:
        for _ in images:
            pass
        raise


def read_lines(crops: Sequence[Gray], look: Look) -> list[Reading]:
    """
    The readings of crops that hold one line each, dark on light and cut close to the ink, in their order.

    Raises ReadError with status `needs_ocr` where rapidocr is not installed.
    """
    inputs = [_input(crop, look) for crop in crops]
    found: list[Reading] = [Reading("", 0.0)] * len(crops)
    widths: dict[int, list[int]] = {}
    for at, item in enumerate(inputs):
        widths.setdefault(item.shape[1], []).append(at)
    for width, numbers in sorted(widths.items()):
        size = max(1, _PIXELS_AT_ONCE // width)
        for start in range(0, len(numbers), size):
            batch = numbers[start : start + size]
            answers = _engine().run(np.stack([inputs[at] for at in batch])[:, None, :, :].repeat(3, axis=1))
            for at, answer in zip(batch, answers, strict=True):
                found[at] = answer
    return found


def _input(crop: Gray, look: Look) -> npt.NDArray[np.float32]:
    """The crop on a canvas 48 high; what lies behind it is the model's own filling, zero."""
    import cv2

    share, narrowed = look.value
    paper = int(np.percentile(crop, 95)) if crop.size else 255
    high, wide = crop.shape
    inner = round(_HIGH * share)
    above = (_HIGH - inner) // 2
    width = min(max(round(wide * inner / high * narrowed), 4), _WIDEST - 2 * above)
    shrinks = inner < high
    small = cv2.resize(crop, (width, inner), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    printed = np.full((_HIGH, width + 2 * above), paper, np.uint8)
    printed[above : above + inner, above : above + width] = small
    total = max(_NARROWEST, -(-printed.shape[1] // _STEP) * _STEP)
    canvas = np.zeros((_HIGH, total), np.float32)
    canvas[:, : printed.shape[1]] = printed.astype(np.float32) / 127.5 - 1
    return canvas


class _Engine:
    """The model and its characters."""

    def __init__(self, session: Any, characters: list[str]) -> None:
        self._session = session
        self._characters = characters

    def run(self, batch: npt.NDArray[np.float32]) -> list[Reading]:
        """The best path of each item, repeated characters made one where no gap is between them."""
        answers = self._session(batch)
        return [self._reading(best, sure) for best, sure in zip(answers.argmax(axis=2), answers.max(axis=2), strict=True)]

    def _reading(self, best: npt.NDArray[np.int64], sure: npt.NDArray[np.float32]) -> Reading:
        kept = best != 0
        kept[1:] &= best[1:] != best[:-1]
        text = "".join(self._characters[at] for at in best[kept])
        return Reading(text, float(sure[kept].mean()) if text else 0.0)


@cache
def _engine() -> _Engine:
    try:
        import cv2
        from rapidocr import RapidOCR
    except ImportError as exc:
        reason = f"its text must be recognised and {exc.name or 'rapidocr'} is not installed: install gongkai[ocr]"
        raise ReadError(ReadStatus.NEEDS_OCR, reason) from exc
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    rapid: Any = RapidOCR(params={"Global.log_level": "critical", **threads})
    # A first line makes older releases and newer ones load the recogniser, which has no other public door.
    rapid(np.full((_HIGH, 96, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)
    cv2.setNumThreads(1)
    return _Engine(rapid.text_rec.session, list(rapid.text_rec.postprocess_op.character))
