"""The application object for any WSGI server."""

from nador.app import served

app = served()
