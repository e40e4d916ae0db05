"""What no dossier's story tells: deadlines, outages, a commune's contract, other systems, desks, the banks' books."""
