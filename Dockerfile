# syntax=docker/dockerfile:1
# Two images from the same wheel; neither has pip, a compiler or the sources.
#   sidecar (the default)  sidecar, deployer, doctor: requirements/sidecar.txt
#   tools                  everything the command line can do, the simulator too: requirements/base.txt
# The base is python:3.12.14-slim-bookworm, pinned by the digest of its multi-platform index.
FROM python:3.12.14-slim-bookworm@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579 AS base
RUN groupadd --gid 10001 fraudstream \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fraudstream

FROM base AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ONLY_BINARY=:all: PIP_NO_COMPILE=1
RUN python -m venv /build && python -m venv --without-pip /sidecar && python -m venv --without-pip /tools
COPY requirements requirements
RUN /build/bin/python -m pip install --require-hashes -r requirements/base.txt \
    && /build/bin/python -m pip --python /sidecar/bin/python install --require-hashes -r requirements/sidecar.txt \
    && /build/bin/python -m pip --python /tools/bin/python install --require-hashes -r requirements/base.txt
COPY . .
RUN /build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && rm -rf /src/*
RUN for venv in /sidecar /tools; do \
      /build/bin/python -m pip --python $venv/bin/python install --no-deps --no-index /wheels/*.whl || exit 1; done

FROM base AS runtime
RUN rm -rf /usr/local/lib/python3.12/site-packages/pip* /usr/local/lib/python3.12/ensurepip /usr/local/bin/pip*
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["fraudstream"]
LABEL org.opencontainers.image.title="fraudstream" \
      org.opencontainers.image.description="Real-time fraud detection on Kafka and ksqlDB" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM runtime AS tools
COPY --from=build /tools /tools
ENV PATH=/tools/bin:$PATH

FROM runtime AS sidecar
COPY --from=build /sidecar /sidecar
ENV PATH=/sidecar/bin:$PATH
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
CMD ["score", "--http", "0.0.0.0:8080"]
