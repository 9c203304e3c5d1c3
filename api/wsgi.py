"""What gunicorn serves: `api.wsgi:app`."""

from api.app import create_app
from common import logs
from common.settings import load_settings

settings = load_settings()
logs.configure(settings.log_level, settings.log_format)
app = create_app(settings)
