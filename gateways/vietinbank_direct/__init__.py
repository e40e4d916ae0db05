"""VietinBank's direct payment gateway."""
