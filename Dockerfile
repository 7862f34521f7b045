# The service as an image: `docker build -t followup .`, then run it with the settings of .env.example.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/followup
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
RUN /opt/followup/bin/pip install --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml LICENSE ./
COPY followup followup
RUN /opt/followup/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
ENV PATH=/opt/followup/bin:$PATH PYTHONUNBUFFERED=1 FOLLOWUP_HOST=0.0.0.0 FOLLOWUP_PORT=8000
# For `followup backup` and `followup restore` on PostgreSQL; which patch of them does not matter.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/followup --create-home followup \
    && install -d -o followup -g followup -m 0700 /srv/followup/var
COPY --from=build /opt/followup /opt/followup
WORKDIR /srv/followup
COPY worker.py schedules.yaml ./
COPY templates templates
USER 10001
# The database (when it is SQLite) and what else the service writes.
VOLUME /srv/followup/var
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['FOLLOWUP_PORT'] + '/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "worker.py"]
