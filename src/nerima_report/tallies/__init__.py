"""A workbook → who handed it in → cells and entries → totals → rates."""
