"""What gunicorn serves: `api.wsgi:app`."""

import logging

from api.app import create_app
from common.settings import load_settings

settings = load_settings()
logging.basicConfig(
    level=settings.log_level, format="%(asctime)s %(levelname)s %(processName)s %(message)s"
)
app = create_app(settings)
