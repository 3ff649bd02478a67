"""Pages of docs/ drawn from the code and from the examples. The tests of ``unit/test_docs_*`` write and compare them."""
