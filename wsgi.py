"""The application object for any WSGI server."""

from nador.app import create_app

app = create_app()
