"""Sample data: on top, since it fills the tables of every app."""
