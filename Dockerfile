# One image for every process; docker-compose.yml says which one a container runs.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/score-import
ENV PATH=/opt/score-import/bin:$PATH
WORKDIR /src
# Dependencies first: this layer stays until the lock file changes.
COPY requirements-runtime.lock .
RUN pip install --require-hashes -r requirements-runtime.lock
COPY . .
RUN pip install --no-deps --no-build-isolation ./client . && pip uninstall --yes setuptools

FROM python:3.13-slim
ENV PATH=/opt/score-import/bin:$PATH PYTHONUNBUFFERED=1
# A number, so that an orchestrator can see that it is not root.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app \
    && install --directory --owner=10001 --group=10001 /var/lib/score-import
COPY --from=build /opt/score-import /opt/score-import
COPY examples /usr/share/score-import/examples
USER 10001:10001
WORKDIR /var/lib/score-import
EXPOSE 8000
CMD ["gunicorn", "-c", "python:api.gunicorn_conf", "--no-control-socket", "api.wsgi:app"]
