"""The look: base templates, tokens, charts, and helpers that render a page or one part of it."""
