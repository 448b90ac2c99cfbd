"""Scenes as pictures: SVG, and PNG made of it. Reads and asks nothing from anywhere else."""
