"""What seldom happens to money: moved to another bill, not understood at first, refused by the bank's door."""
