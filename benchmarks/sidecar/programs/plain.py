"""A plain confluent-kafka loop that calls scikit-learn for each record, at least once: python plain.py SETTINGS.json"""

from __future__ import annotations

import json
import math
import sys
import time

import numpy as np
from by_hand import Flagger
from confluent_kafka import Consumer, Producer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

COMMIT_SECONDS = 1.0


def pipeline(model: dict) -> Pipeline:
    """The model as scikit-learn has it after training: a scaler and a logistic regression."""
    terms = [f["terms"][0] for f in model["features"]]
    scaler, regression = StandardScaler(), LogisticRegression()
    scaler.mean_, scaler.scale_ = np.array([t["mean"] for t in terms]), np.array([t["scale"] for t in terms])
    scaler.var_, scaler.n_features_in_ = scaler.scale_ ** 2, len(terms)
    regression.coef_ = np.array([[t["coefficient"] for t in terms]])
    regression.intercept_, regression.classes_ = np.array([model["intercept"]]), np.array([0, 1])
    regression.n_features_in_ = len(terms)
    return make_pipeline(scaler, regression)


def main() -> None:
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    model = settings["model"]
    flagger = Flagger(model, settings["model_hash"], settings["schema"], settings["flag_schema_id"])
    fitted, names = pipeline(model), [f["column"] for f in model["features"]]
    fill = [f["fill"] for f in model["features"]]
    consumer = Consumer({"bootstrap.servers": settings["bootstrap"], "group.id": settings["group"],
                         "auto.offset.reset": "earliest", "enable.auto.commit": False})
    producer = Producer({"bootstrap.servers": settings["bootstrap"], "partitioner": "murmur2_random", "linger.ms": 5})
    consumer.subscribe([settings["input"]])
    committed = time.monotonic()
    while True:
        message = consumer.poll(1.0)
        if message is not None and message.error() is None:
            row = flagger.decode(message.value())
            inputs = [row[name] for name in names]
            x = np.array([[f if v is None else v for v, f in zip(inputs, fill, strict=True)]])
            score = float(fitted.predict_proba(x)[0, 1])
            value = flagger.encode(row, inputs, math.log(score / (1.0 - score)), score, time.time_ns() // 1_000_000)
            producer.produce(settings["flags"], value, message.key(), timestamp=row["EVENT_TIME"])
            producer.poll(0)
        if time.monotonic() - committed > COMMIT_SECONDS:
            producer.flush()
            consumer.commit(asynchronous=False)
            committed = time.monotonic()


if __name__ == "__main__":
    main()
