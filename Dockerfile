# Counterpoint in a container:
#   docker build --tag counterpoint . && docker run --read-only --tmpfs /tmp -p 3000:3000 -v counterpoint:/data counterpoint
# A release names the base by its digest: --build-arg PYTHON_IMAGE=python:3.11-slim@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
RUN python -m venv /opt/counterpoint && python -m venv /opt/build
COPY requirements requirements
# image.txt names all that is needed, and nothing more: without --no-deps pip would ask for huggingface-hub (scripts/lock.sh)
RUN /opt/counterpoint/bin/pip install --no-deps --require-hashes --only-binary :all: --requirement requirements/image.txt \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: --requirement requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY knowledge knowledge
# What nothing here opens is removed: libraries' tests, ONNX Runtime's library for C programs, which its Python module has within
# itself, and the C that modules were made from.
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /src/dist \
 && /opt/counterpoint/bin/pip install --no-deps /src/dist/*.whl \
 && /opt/counterpoint/bin/pip uninstall --yes pip setuptools \
 && find /opt/counterpoint/lib -type d -name tests -prune -exec rm -r {} + \
 && find /opt/counterpoint/lib \( -name 'libonnxruntime.so.*' -o -name '*.c' \) -delete

FROM ${PYTHON_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Counterpoint" \
      org.opencontainers.image.description="Answers recycled public-sector IT failure anecdotes with sourced success stories" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN useradd --uid 10001 --no-create-home counterpoint && mkdir /data && chown counterpoint:counterpoint /data
COPY --from=build /opt/counterpoint /opt/counterpoint
USER 10001
ENV PATH=/opt/counterpoint/bin:$PATH HOME=/tmp DATA_PATH=/data CACHE_PATH=/tmp/counterpoint \
    LOG_FORMAT=json PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=60s --timeout=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/healthz', timeout=4)"]
ENTRYPOINT ["counterpoint"]
CMD ["serve", "--host", "0.0.0.0", "--port", "3000"]
