"""Objects as files, and what S3 knows of them."""
