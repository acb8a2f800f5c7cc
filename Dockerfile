# The one image of kubecs: the operator, and the offline tools.
ARG BASE=python:3.11-slim
ARG GO=golang:1.26

# The shim: static, so that it runs in any container of a task.
FROM ${GO} AS shim
WORKDIR /src
COPY shim ./
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /shim .

FROM ${BASE} AS build
# the time in compiled files is that of no build, so that each build gives the same
ENV SOURCE_DATE_EPOCH=1735689600
RUN python -m venv /opt/kubecs
WORKDIR /src
COPY requirements-image.lock ./
RUN /opt/kubecs/bin/pip install --no-cache-dir --require-hashes -r requirements-image.lock
COPY pyproject.toml ./
COPY operator operator
RUN /opt/kubecs/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/kubecs/bin/pip uninstall --yes setuptools pip

FROM ${BASE}
COPY --from=build /opt/kubecs /opt/kubecs
COPY --from=shim /shim /shim
ENV PATH=/opt/kubecs/bin:${PATH} PYTHONUNBUFFERED=1
USER 65532:65532
ENTRYPOINT ["kubecs"]
CMD ["operator"]
