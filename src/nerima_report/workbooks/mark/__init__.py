"""The marked copy of a workbook: what is wrong with it, shown in its own cells.

    order (what is to be marked) → copy → cells, styles, comments, index → package, xml; copy → proof

Only the worker imports this folder, and lxml with it, when a copy is asked for; but for `order`, which is plain data.
"""
