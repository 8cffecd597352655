"""The site file: finding it, loading it, and naming the line of every fault."""
