"""Finds, lists and removes resources that movers and operations left behind."""
