"""The certificate as a PDF: pure of database and web.

Only `render` and `merge` load the heavy libraries: web processes do without them.
"""
