"""Questions from and to the files of other programs; each format is one file here.

Reading is not all-or-nothing: what can't be read is named with its line and reason, the rest comes in.
"""
