"""Ledgers (台账): what offices keep in Excel, read tolerantly, checked against people and areas, loaded in one transaction.

``sheets`` reads files, ``cells`` reads single values, ``kinds`` says which columns each ledger has, ``directory`` knows people, areas and
households, ``checks`` turns rows into values or faults, ``load`` writes, ``template`` and ``refused`` make workbooks.
"""
