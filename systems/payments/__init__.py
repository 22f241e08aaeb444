"""Payments of stays, by a provider that speaks Chapa's interface. A webhook is a reason to ask, and no proof."""
