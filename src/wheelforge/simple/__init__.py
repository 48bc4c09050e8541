"""The Simple API over HTTP and folders: pages, metadata, downloads, and their cache."""
