"""How fast the agents' desk is: hundreds of conversations, dozens of pages, no browser."""
