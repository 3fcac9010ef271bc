"""Take models from a TUF repository on any web server: enrolment, check, choice, download."""
