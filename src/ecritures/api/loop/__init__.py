"""The dialect of Loop's public import API: a program written for Loop runs against it unchanged. Its quirks live here only."""
