"""Writes many rows of many tables by COPY, in the order of their time, through the models' own fields."""
