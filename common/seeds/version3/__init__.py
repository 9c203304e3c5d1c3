"""Version 3's seeds, read as version 2's."""
