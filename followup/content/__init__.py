"""What admins edit, turned into domain objects and text; called by services and the command line."""
