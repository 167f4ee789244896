"""The models, and how sessions share them."""
