"""Mail about bookings, to those whom an event concerns."""
