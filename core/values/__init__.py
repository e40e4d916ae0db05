"""Values people type and read: text, money, identity, phones; each read tolerantly and shown masked."""
