"""An SMTP server that keeps what it is sent, and shows it on a page: nothing ever leaves this machine."""
