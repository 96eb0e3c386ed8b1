"""Places without an API, such as WhatsApp: the site prepares, a person posts."""
