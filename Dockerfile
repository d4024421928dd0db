# syntax=docker/dockerfile:1
# Takes any image with CPython 3.11 or newer as `python3`; the newer, the more Python it can parse.
ARG BASE=docker.io/library/python:3.14-slim-trixie

FROM ${BASE} AS build
COPY requirements/run.txt requirements/build.txt /build/requirements/
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --no-compile --disable-pip-version-check --require-hashes \
        -r /build/requirements/run.txt \
    && python3 -m venv /opt/builder \
    && /opt/builder/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r /build/requirements/build.txt
COPY pyproject.toml README.md LICENSE /build/
COPY src /build/src
COPY tools/root.py /build/root.py
RUN /opt/builder/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /build/dist /build \
    && /opt/venv/bin/python -m pip install --no-cache-dir --no-compile --disable-pip-version-check --no-deps \
        --no-index /build/dist/*.whl \
    && /opt/venv/bin/python -m pip uninstall --yes --quiet pip \
    && python3 -I /build/root.py /opt/venv concertmaster /root-of-image

# Nothing but the interpreter and what it loads: no shell, no package manager, no compiler, no git.
FROM scratch
LABEL org.opencontainers.image.title="Concertmaster" \
    org.opencontainers.image.description="Reviews and upgrades Workflow Orchestrator projects" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /root-of-image/system /
COPY --from=build /root-of-image/libraries /
COPY --from=build /root-of-image/product /
ENV LANG=C.UTF-8
# Isolated mode: nothing of the workspace can be imported in place of a library.
ENTRYPOINT ["/opt/venv/bin/python", "-I", "-m", "concertmaster", "review"]
