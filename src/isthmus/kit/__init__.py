"""What a co-host runs on its own computer: its keys, a mirror of the record, verification, signing, a workspace.

The kit trusts the server with nothing: it recomputes whatever it shows or signs from its own copy.
"""
