"""Search quality: twelve problems, five asynchronous workers, through the public API."""
