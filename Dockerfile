# Parcours without its embedded engine: docker-compose.yml gives it a ClickHouse server.
FROM python:3.11.14-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium fonts-liberation fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY store store
COPY rules rules
COPY collector collector
COPY aggregator aggregator
COPY viewer viewer
COPY parcours parcours
COPY tracker_js/dist tracker_js/dist
COPY docs/reading-a-map.md docs/reading-a-map.fr.md docs/privacy.md docs/privacy.fr.md docs/
COPY docs/reading-a-map docs/reading-a-map
RUN pip install --no-cache-dir -c constraints.txt . && useradd --create-home --uid 1000 parcours \
 && mkdir /data && chown parcours /data

USER parcours
WORKDIR /home/parcours
ENV PARCOURS_DATA=/data PARCOURS_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["parcours", "serve"]
