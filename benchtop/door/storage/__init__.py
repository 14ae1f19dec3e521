"""S3's protocol: REST-XML, checksums, and its ways to say no."""
