"""The AWS client: sessions, role credentials, calls, retries and errors."""
