"""What gunicorn, Celery and the service import at their start. Reads no setting."""

# ruff: noqa: F401 - imported to be there

import celery.apps.worker
import celery.bin.celery
import celery.bin.worker
import celery.concurrency.prefork
import celery.worker.consumer
import gunicorn.app.wsgiapp
import kombu.transport.redis

import api.app
import api.server.front
import api.server.server_logs
import worker.consumer
import worker.messaging
import worker.retention
import worker.runner
import worker.schedule
import worker.webhooks.delivery
