"""Mail about bookings: each event that concerns somebody is told to them."""
