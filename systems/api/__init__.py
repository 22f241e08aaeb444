"""The HTTP edge: how requests are read and how answers leave. No service imports it."""
