"""VietinBank collection by transfer to a code (virtual account, VietQR)."""
