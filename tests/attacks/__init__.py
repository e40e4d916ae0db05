"""What an attacker tried, and what stops it: each test names the attempt and fails without the guard."""
