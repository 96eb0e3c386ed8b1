FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=cms.settings.production \
    ANTENNE_VAR=/srv/antenne/var \
    MEDIA_ROOT=/srv/antenne/media

RUN useradd --system --uid 10001 --home-dir /srv/antenne --shell /usr/sbin/nologin antenne \
    && install -d -o antenne -g antenne /srv/antenne /srv/antenne/var /srv/antenne/media

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .

USER antenne
EXPOSE 8000
CMD ["gunicorn", "cms.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--preload", "--access-logfile", "-", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm"]
