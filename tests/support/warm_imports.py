"""What gunicorn, Celery and the service import at their start. Reads no setting."""

# ruff: noqa: F401 - imported to be there

import gc

import billiard.popen_fork
import billiard.sharedctypes
import celery.__main__
import celery.app.amqp
import celery.app.control
import celery.app.events
import celery.app.log
import celery.app.routes
import celery.apps.worker
import celery.bin.celery
import celery.bin.worker
import celery.concurrency.prefork
import celery.fixups.django
import celery.worker.autoscale
import celery.worker.components
import celery.worker.consumer
import celery.worker.consumer.delayed_delivery
import celery.worker.strategy
import gunicorn.app.wsgiapp
import kombu.matcher
import kombu.transport.redis
import psycopg2.extras

import api.app
import api.server.front
import api.server.server_logs
import common.database.starting
import worker.consumer
import worker.messaging
import worker.retention
import worker.runner
import worker.schedule
import worker.webhooks.delivery
from tests.support.light_passwords import lighten

lighten()

# All of it stays. A collector that looked through it in each fork would take longer than their
# starts, and copy the pages.
gc.collect()
gc.freeze()
