"""Custom files read by a declared model: CSV, fixed width, XLSX sheet."""
