"""Mail about bookings and payments, to those whom an event concerns."""
