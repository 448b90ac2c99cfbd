"""Authorization: keys, the tokens they sign, and the invitations that were given out."""
