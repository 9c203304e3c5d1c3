"""What gunicorn serves: `api.wsgi:app`."""

from api.app import create_app
from common import logs
from common.database.starting import check_database
from common.settings import load_settings

settings = load_settings()
logs.configure(settings.log_level, settings.log_format)
check_database(settings.database_url, takes_locks=not settings.external_worker)
app = create_app(settings)
