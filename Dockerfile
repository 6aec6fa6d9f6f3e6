# syntax=docker/dockerfile:1
# One image for the deployer, the sidecar and the simulator. Build stage: wheels only, no compiler in the result.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements/base.txt requirements/base.txt
RUN /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
RUN /venv/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /venv/bin/python -m pip install --no-deps --no-index /wheels/*.whl

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="fraudstream" \
      org.opencontainers.image.description="Real-time fraud detection on Kafka and ksqlDB" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin fraudstream
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /tmp
EXPOSE 8080
ENTRYPOINT ["fraudstream"]
CMD ["score"]
