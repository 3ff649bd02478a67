"""The way of an import: receive, fetch, read, check, post, report. One file a step, in the order of the flow."""
