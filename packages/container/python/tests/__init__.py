"""Unit tests of trivet_worker: `python3 -m unittest discover -s tests -t .` from the folder above."""
