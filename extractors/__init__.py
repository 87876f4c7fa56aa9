"""From pixels to fields: pages are loaded, turned upright, named, registered and read here. No database, no web."""
