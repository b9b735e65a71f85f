// Lets a room that so far holds only headers be a library like every other.
