"""What gunicorn serves: `api.wsgi:app`."""

from api.app import create_app
from common import logs
from common.database.starting import check_sessions
from common.settings import load_settings

settings = load_settings()
logs.configure(settings.log_level, settings.log_format)
if not settings.external_worker:
    # Nothing is waited for: from the start on web says itself, at /readyz, what is missing.
    check_sessions(settings.database_url)
app = create_app(settings)
