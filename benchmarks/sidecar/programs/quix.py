"""quixstreams, exactly once, with the decoder, dot product and encoder written by hand.

python quix.py SETTINGS.json; needs quixstreams and nothing of this project but by_hand.py beside it.
"""

from __future__ import annotations

import json
import sys
import time

from by_hand import Flagger
from quixstreams import Application


def main() -> None:
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    flagger = Flagger(settings["model"], settings["model_hash"], settings["schema"], settings["flag_schema_id"])
    app = Application(
        broker_address=settings["bootstrap"], consumer_group=settings["group"], auto_offset_reset="earliest",
        processing_guarantee="exactly-once", commit_every=settings["commit_every"], auto_create_topics=False,
        loglevel="WARNING", producer_extra_config={"partitioner": "murmur2_random"},
    )
    source = app.topic(settings["input"], value_deserializer="bytes", key_deserializer="bytes")
    target = app.topic(settings["flags"], value_serializer="bytes", key_serializer="bytes")
    frame = app.dataframe(source)
    frame = frame.apply(lambda value: flagger.flag(value, time.time_ns() // 1_000_000)[0])
    frame.to_topic(target)
    app.run()


if __name__ == "__main__":
    main()
