"""Between a shop and its chain's hub: the journal out, store and forward, and menus in."""
