"""What goes to the meeting: the frames behind every screen, and the files and command lines made from them."""
