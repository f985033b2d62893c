# /// script
# requires-python = ">=3.10"
# dependencies = ["pygame-ce"]
# ///
"""Draws, writes text and mixes sound without a screen."""

import os
import tempfile
from pathlib import Path

os.environ.update(SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy", PYGAME_HIDE_SUPPORT_PROMPT="1")
import pygame  # noqa: E402

pygame.init()
screen = pygame.display.set_mode((100, 80))
screen.fill("red")
pygame.draw.circle(screen, (0, 255, 0), (50, 40), 20)
assert screen.get_at((50, 40))[:3] == (0, 255, 0) and screen.get_at((1, 1))[:3] == (255, 0, 0)
text = pygame.font.Font(None, 24).render("Text", True, "white")
assert text.get_width() > 20
with tempfile.TemporaryDirectory() as folder:
    for ending in "png", "jpg", "bmp":
        pygame.image.save(screen, Path(folder) / f"a.{ending}")
        assert pygame.image.load(Path(folder) / f"a.{ending}").get_size() == (100, 80)
sound = pygame.mixer.Sound(buffer=bytes(44100))
assert sound.get_length() > 0.1 and pygame.mixer.get_init()
pygame.event.post(pygame.event.Event(pygame.USEREVENT, n=3))
assert any(e.type == pygame.USEREVENT and e.n == 3 for e in pygame.event.get())
assert pygame.transform.rotozoom(screen, 45, 2).get_width() > 200
pygame.quit()
print("ok")
