"""The floor: what every app builds on. It imports nothing of ours, and knows no HTTP."""
