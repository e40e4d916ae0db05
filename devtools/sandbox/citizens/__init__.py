"""What citizens hold in the sandbox: phones, mailboxes, the state's sign-in."""
