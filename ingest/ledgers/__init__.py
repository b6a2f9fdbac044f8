"""Ledgers (台账): what offices keep in Excel, read as it is, checked, loaded in one transaction, taken back whole.

From the file inwards: ``files`` starts the process in which ``formats`` and ``delimited`` make sheets of it; ``tables`` finds the tables on
a sheet, ``layouts`` makes rows of a table, ``years`` knows their year, ``cells`` and ``names`` what a cell says. ``kinds`` (with
``registers``, ``petitions``, ``marks``) says which columns each ledger has and how a row becomes a record, ``reading`` asks a row,
``directory`` knows people, areas and households, ``choices`` whom a name means. ``checks`` does all of this for a file, ``preview`` tells
what was understood, ``load`` writes it with ``children`` and ``journal``, ``undo`` takes it back, ``correct`` mends single fields,
``template`` and ``refused`` make workbooks, ``feed`` takes what lies in a folder and ``questions`` asks about it; ``command`` is the
command line.
"""
