"""Who is taught and asked in `bench.teach`."""
