"""All that is done with series. Each act checks the right to it, and is whole or not at all."""
