"""What the server can do: plain functions of a request's context, plain values in and out."""
