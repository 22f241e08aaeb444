# The systems, for the profile "systems" of docker-compose.yml: one image for each of their roles.
FROM python:3.13-slim
WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.lock
# nexus for its sandbox of a payment provider, which is no part of the systems
COPY nexus nexus
COPY systems systems
USER nobody
ENV PYTHONUNBUFFERED=1 HOME=/tmp
