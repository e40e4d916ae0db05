"""The protocol that VNPT-Pay and PayPlatform share."""
