# /// script
# requires-python = ">=3.10"
# dependencies = ["arcade"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Draws a sprite of the package, text and a shape; loads a sound."""

import hashlib

import arcade


class Window(arcade.Window):
    def __init__(self):
        super().__init__(300, 200, "title")
        sprite = arcade.Sprite(":resources:images/animated_characters/female_person/femalePerson_idle.png", 0.5)
        sprite.position = 100, 100
        self.sprites, self.frames = arcade.SpriteList(), 0
        self.sprites.append(sprite)
        self.text = arcade.Text("text", 10, 10)

    def on_draw(self):
        self.clear()
        self.sprites.draw()
        self.text.draw()
        arcade.draw_circle_filled(200, 100, 30, arcade.color.RED)
        self.frames += 1
        if self.frames == 5:
            picture = arcade.get_image(0, 0, 300, 200)
            print(picture.size, hashlib.sha256(picture.tobytes()).hexdigest())
            arcade.exit()


Window()
print(round(arcade.load_sound(":resources:sounds/coin1.wav").get_length(), 2))
arcade.run()

print("ok")
