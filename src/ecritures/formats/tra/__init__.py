"""TRA: the fixed-width exchange file of Cegid products (docs/formats: TRA)."""
