"""Decoder of pictures: each is read as a whole before it comes into a scene, in other processes.

`decoder` has them read, by `process`, which is a worker process. What runs there is `__main__` with
`normalising`, by Pillow, and the readers of the containers (`jpeg`, `png`, `webp`, `gif`, `bmp`,
`avif`), which take metadata out without touching a pixel and are pure, as is `profiles`.
"""
