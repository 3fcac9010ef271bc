"""Who may see the page: names, the password, sessions."""
