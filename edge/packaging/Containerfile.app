
# From here on: what the app for Home Assistant has besides. `make app` puts this below the Containerfile
# and writes both as dist/home-assistant/emotion_edge/Dockerfile.
FROM program AS app
ARG VERSION
LABEL io.hass.type="app" \
      io.hass.version="${VERSION}" \
      io.hass.arch="aarch64|amd64"
COPY start.py /opt/emotion-edge/start.py
COPY app_options.py /opt/emotion-edge/app_options.py
# Only root may read the options that Home Assistant writes. start.py gives root up.
# hadolint ignore=DL3002
USER 0
ENTRYPOINT ["/opt/emotion-edge/bin/python", "/opt/emotion-edge/start.py"]
CMD ["/data", "emotion-edge"]
