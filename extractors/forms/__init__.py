"""Form templates: one folder a revision, all data. See docs/form-templates.md."""
