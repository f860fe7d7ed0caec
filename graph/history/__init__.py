"""What happened: the audit trail of every change that was asked for."""
