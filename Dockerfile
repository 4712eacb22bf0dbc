# Counterpoint in a container: docker build -t counterpoint . && docker run -p 3000:3000 -v counterpoint:/data counterpoint
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY knowledge knowledge
RUN python -m venv /opt/counterpoint \
 && /opt/counterpoint/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 counterpoint && mkdir /data && chown counterpoint /data
COPY --from=build /opt/counterpoint /opt/counterpoint
USER counterpoint
ENV PATH=/opt/counterpoint/bin:$PATH DATA_PATH=/data CACHE_PATH=/home/counterpoint/.cache PYTHONUNBUFFERED=1
# Encode the knowledge base and fit the head once, so that a start takes seconds.
RUN counterpoint match "warm up" > /dev/null
VOLUME /data
EXPOSE 3000
HEALTHCHECK --start-period=60s CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/healthz')"
CMD ["counterpoint", "serve", "--host", "0.0.0.0", "--port", "3000"]
