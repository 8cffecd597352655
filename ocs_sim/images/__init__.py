"""FITS images: headers, names, files, previews."""
