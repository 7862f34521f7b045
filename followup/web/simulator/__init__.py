"""The demo's own pages and interface: phones, mailboxes and the clock. Not there on a live database."""
