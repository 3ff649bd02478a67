"""Tables for people: CSV and XLSX, one row a line, amounts and dates that a spreadsheet can sum and sort."""
