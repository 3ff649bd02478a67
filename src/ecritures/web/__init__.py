"""Pages for people, over the same functions as the API: Jinja2 templates, htmx, nothing from another host."""
