"""From the text of a document to the JSON of its results: limits, execution, fan-out."""
