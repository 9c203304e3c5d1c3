"""What the specification says, told a second time and plainly, for rules to judge by.

Nothing here uses what it judges: where a decision departs from what was recorded, these say
what the outcome is to be.
"""
