"""Those who work here: agents, supervisors and admins; how they sign in, what they may do, and what they did. And other systems' keys."""
