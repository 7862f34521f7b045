"""Files that clinics and their systems export -> infusions as the API takes them, each with its place in the file.

services/import_infusions.py calls `reader.read_file`; nothing here knows the database.
"""
