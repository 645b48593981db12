"""The emulated AWS of a sandbox: MiniStack behind TLS with IAM enforced, and the admin routes other processes use."""
