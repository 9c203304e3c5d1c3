"""Reading files: encodings, CSV, XML, numbers, times; and finding the charts that they mean."""
