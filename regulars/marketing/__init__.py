"""Marketing: which customers belong together by what they are and do, as rules that are always true."""
