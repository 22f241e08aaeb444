"""The backend systems that the book opens up: one Django project, an app for each part. It knows nothing of the lab."""
