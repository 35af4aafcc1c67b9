"""The marked copy of a workbook: what is wrong with it, shown in its own cells.

    order (what is to be marked) → copy → cells, styles, comments, index → package, splicing

Only the worker imports this folder, but for `order`, which is plain data.
"""
