"""A demo shop: a Korean café-restaurant with a menu, a floor, a kitchen and people who work there."""

from jumak.demo.shop import create_demo_shop

__all__ = ["create_demo_shop"]
