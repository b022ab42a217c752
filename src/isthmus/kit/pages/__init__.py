"""The kit as a page on this computer: Flask behind checks that keep other pages and programs out."""
