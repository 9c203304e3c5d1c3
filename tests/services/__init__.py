"""Other services as real servers on loopback: what tests and people import from.

    python -m tests.services kai --scores 1200
    python -m tests.services cg --fail 2:status
    python -m tests.services myt --scores 300

Each prints the environment variables that lead score-import to it.
"""
