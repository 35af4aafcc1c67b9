"""The marked copy of a workbook: what is wrong with it, shown in its own cells."""
