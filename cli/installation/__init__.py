"""A local installation: its folder, whether it runs, and whose its programs are."""
