"""The housekeeping archive: journal, sealed HDF5 files, reader, checks, export."""
