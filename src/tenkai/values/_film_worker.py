"""A process that draws frames of a film. It runs as a script of its own, to start without the rest of tenkai.

It reads one line of JSON and writes each picture as its length (four bytes) and its bytes; a length of 0 comes
before the text of what went wrong.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from typing import Any, BinaryIO

_SIZE = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')


def serve(order: dict[str, Any], answers: BinaryIO) -> None:
    """Draw the frames `mine` of all `places` of the slider."""
    import vl_convert as vlc

    spec, places = order["spec"], order["places"]
    (param,) = (p for p in spec["params"] if p["name"] == order["name"])
    param.pop("bind", None)  # no control is drawn

    def svg(place: float) -> str:
        param["value"] = place
        return str(vlc.vegalite_to_svg(spec, allowed_base_urls=[]))

    # The scale belongs to the film: every process takes it from the first frame.
    first = svg(places[0])
    found = _SIZE.search(first)
    longest = max(float(found[1]), float(found[2])) if found else 1.0
    scale = min(order["scale"], order["side"] / longest)
    for k in order["mine"]:
        picture = bytes(vlc.svg_to_png(first if k == 0 else svg(places[k]), scale=scale))
        answers.write(len(picture).to_bytes(4, "big") + picture)
        answers.flush()


def main() -> None:
    """Answer the order on standard input."""
    # What libraries print must not end up between the pictures.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Ctrl-C reaches all processes of a terminal; the one that asked ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = sys.stdin.buffer.readline()
    if not order:  # who would have asked was stopped
        return
    try:
        serve(json.loads(order), answers)
    except ValueError as error:
        answers.write(bytes(4) + str(error).encode("utf-8", "replace"))
    except BrokenPipeError:  # nobody waits for the pictures any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())
    answers.close()


if __name__ == "__main__":
    main()
