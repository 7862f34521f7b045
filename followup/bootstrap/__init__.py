"""Settings -> a wired context; the only importer of concrete gateways. The worker and the commands begin here.

`live` puts together a service that writes to real people, `demo` a fictional clinic, `tool` what a command needs
beside either.
"""
