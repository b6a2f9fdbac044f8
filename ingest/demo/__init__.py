"""The demo county: a fictional county whose every row is invented, the same for the same seed, last day and moment.

One module per subject. :mod:`ingest.demo.county` puts them in order, :mod:`ingest.demo.sink` writes what they make.
"""
