"""What the books are to hold: decides what is written, writes nothing. Pure."""
