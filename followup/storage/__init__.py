"""The database: the only place where SQLAlchemy lives; called by services."""
