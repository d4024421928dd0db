# syntax=docker/dockerfile:1
# Both stages take any image with CPython 3.11 or newer as `python3`; the newer, the more Python it can parse.
ARG BASE=docker.io/library/python:3.14-slim-trixie
ARG BUILDER=${BASE}

FROM ${BUILDER} AS build
COPY requirements/run.txt requirements/build.txt /build/requirements/
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r /build/requirements/run.txt
COPY pyproject.toml README.md LICENSE /build/
COPY src /build/src
RUN python3 -m venv /opt/builder \
    && /opt/builder/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r /build/requirements/build.txt \
    && /opt/builder/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /build/dist /build \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-index \
        /build/dist/*.whl \
    && /opt/venv/bin/python -m pip uninstall --yes --quiet pip \
    && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/venv

FROM ${BASE}
LABEL org.opencontainers.image.title="Concertmaster" \
    org.opencontainers.image.description="Reviews and upgrades Workflow Orchestrator projects" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/venv /opt/venv
# Isolated mode: nothing of the workspace can be imported in place of a library.
ENTRYPOINT ["/opt/venv/bin/python", "-I", "-m", "concertmaster", "review"]
