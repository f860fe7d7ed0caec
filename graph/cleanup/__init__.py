"""What movers and operations left behind: found, shown, and removed after another look."""
