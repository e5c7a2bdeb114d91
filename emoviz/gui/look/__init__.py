"""How everything looks: colours, icons, texts, and what covers or wraps."""
