"""A payment provider for development: it speaks Chapa's public interface, and moves no money.

Sources: developer.chapa.co, the pages accept-payments, verify-payments, webhooks, refund and responses.
"""
