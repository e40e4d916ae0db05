"""Lists as files: definitions, parameters, background writing."""
