"""What no dossier's story tells: deadlines, networks, outages, a contract, other systems, desks, banks' books."""
