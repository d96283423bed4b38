"""What the customers context shows in lists, menus and the palette."""
