"""Draws the pages of this folder, and writes what each must be read as into pages.json.

    python3 -m pip install pillow==13.0.0
    python3 make-pages.py [folder of the DejaVu fonts]

The same Pillow and the same fonts give the same bytes: every speck of noise comes from a seeded generator.
"""

import json
import random
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

FONTS = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/truetype/dejavu")
HERE = Path(__file__).parent

INK = 24
PAPER = 255


def font(name, size):
    return ImageFont.truetype(str(FONTS / f"DejaVu{name}.ttf"), size)


def wrap(text, face, width):
    """Breaks one paragraph into lines no wider than `width` pixels."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and face.getlength(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def write(draw, at, text, face, width, ink=INK, leading=1.45):
    """Sets paragraphs, which blank lines part, and returns the height at which they end."""
    x, y = at
    step = round(face.size * leading)
    for paragraph in text.strip().split("\n\n"):
        for line in wrap(paragraph, face, width):
            draw.text((x, y), line, font=face, fill=ink)
            y += step
        y += step // 2
    return y


def right(draw, at, text, face, ink=INK):
    draw.text(at, text, font=face, fill=ink, anchor="ra")


def speckle(image, amount, seed):
    """Lightens and darkens every pixel by up to half of `amount`, the same way on every run."""
    noise = Image.frombytes("L", image.size, random.Random(seed).randbytes(image.width * image.height))
    return ImageChops.add(image, noise.point([value * amount // 255 for value in range(256)]), 1, -amount // 2)


def shade(image, dark, light):
    """Lights the page unevenly, from `dark` at the top left to `light` at the bottom right (0 to 255)."""
    down = Image.linear_gradient("L")
    slope = Image.blend(down, down.rotate(90), 0.6).resize(image.size, Image.Resampling.BICUBIC)
    slope = slope.point([dark + (light - dark) * value // 255 for value in range(256)])
    return ImageChops.multiply(image, slope)


def letter():
    """A clean page: A4 at 150 dots an inch."""
    image = Image.new("L", (1240, 1754), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((150, 130), "Harbour Office, Lower Quay", font=font("Serif-Bold", 34), fill=INK)
    draw.line((150, 190, 1090, 190), fill=INK, width=2)
    right(draw, (1090, 220), "14 March", font("Serif", 26))
    text = """
    Dear Miss Alder,

    You asked how a harbour with so few hands can serve so many boats. The answer is that we do not keep the hands
    waiting. When the water is low nothing can come in, and so nobody stands on the quay. We go home, we mend nets,
    and we let the lamps burn down.

    But the bell is never left alone. Every boat that rounds the point is written in the book before anyone answers
    it, and a boat that stands in the book is never forgotten, whatever the weather does to the telegraph or to us.
    When the first name is written, the bell rings once for each pair of hands that the list will need.

    No boat has been lost by this rule in forty years. It is not that we are quick, though we are. It is that the book
    is kept dry.

    The tide turns at a quarter past six. Come and see it.
    """
    y = write(draw, (150, 310), text, font("Serif", 27), 940)
    write(draw, (150, y + 30), "Yours faithfully,\n\nTobias Wren\n\nKeeper of the book", font("Serif-Italic", 27), 940)
    return image.quantize(8)


def chapter():
    """A page of a book as a flatbed scanner sees it: A4 at 300 dots an inch, the paper not quite white."""
    image = Image.new("L", (2480, 3508), 246)
    draw = ImageDraw.Draw(image)
    draw.text((1240, 420), "CHAPTER THREE", font=font("Serif", 54), fill=INK, anchor="ma")
    draw.text((1240, 530), "Of Slack Water", font=font("Serif-Italic", 96), fill=INK, anchor="ma")
    text = """
    There is an hour between the tides when the sea does nothing at all. Sailors call it slack water. The weed hangs
    straight down, the buoys stand upright, and a cork thrown from the pier will float beside it until somebody
    grows tired of looking.

    A stranger takes this for idleness. It is nothing of the kind. The whole weight of the ocean is leaning on the
    far side of that hour, and it will arrive when it is due, neither sooner nor later, and it will want every berth
    we have.

    The wise harbour therefore learns two skills and not one. The first is to wake quickly. The second, which is
    harder, is to sleep properly when there is nothing to be done.

    My grandmother kept this pier for thirty winters, and she used to say that any fool can stay awake.
    """
    write(draw, (400, 850), text, font("Serif", 66), 1700, leading=1.6)
    draw.text((1240, 3230), "31", font=font("Serif", 54), fill=INK, anchor="ma")
    return speckle(image.filter(ImageFilter.GaussianBlur(1)), 10, seed=3)


def invoice():
    """Columns with rules between them."""
    image = Image.new("L", (1200, 1000), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((80, 70), "INVOICE", font=font("Sans-Bold", 52), fill=INK)
    right(draw, (1120, 80), "Number 2041", font("Sans", 28))
    right(draw, (1120, 122), "Due in 30 days", font("Sans", 28))
    draw.text((80, 190), "Alder & Wren, Chandlers", font=font("Sans", 28), fill=INK)
    columns = (80, 780, 930, 1110)
    draw.rectangle((70, 270, 1130, 326), fill=225)
    bold, plain = font("Sans-Bold", 26), font("Sans", 26)
    draw.text((columns[0], 282), "Description", font=bold, fill=INK)
    for x, head in zip(columns[1:], ("Count", "Price", "Amount")):
        right(draw, (x, 282), head, bold)
    rows = [
        ("Manila rope, per fathom", 40, 1.25),
        ("Brass lantern with green glass", 6, 18.50),
        ("Tide table, pocket edition", 12, 2.40),
        ("Canvas, heavy, per yard", 25, 3.10),
        ("Oil for lamps, per gallon", 8, 4.75),
    ]
    y = 350
    for name, count, price in rows:
        draw.text((columns[0], y), name, font=plain, fill=INK)
        for x, cell in zip(columns[1:], (str(count), f"{price:.2f}", f"{count * price:.2f}")):
            right(draw, (x, y), cell, plain)
        draw.line((70, y + 46, 1130, y + 46), fill=200)
        y += 66
    right(draw, (columns[2], y + 30), "Total due", bold)
    right(draw, (columns[3], y + 30), f"{sum(count * price for _, count, price in rows):.2f}", bold)
    write(draw, (80, y + 150), "Goods remain ours until paid for. Storms are not a reason.", font("Sans", 22), 1000)
    return image.quantize(8)


def receipt():
    """A till's narrow strip on thermal paper, a little faded."""
    image = Image.new("L", (560, 690), 238)
    draw = ImageDraw.Draw(image)
    mono = font("SansMono", 24)
    draw.text((280, 50), "THE SLACK WATER CAFE", font=font("SansMono-Bold", 28), fill=60, anchor="ma")
    draw.text((280, 92), "Lower Quay, open at low tide", font=font("SansMono", 20), fill=70, anchor="ma")
    lines = [
        ("2 Kipper on toast", "9.80"),
        ("1 Seaweed soup", "4.20"),
        ("3 Pot of tea", "6.60"),
        ("1 Ginger biscuit", "0.90"),
    ]
    y = 170
    for name, price in lines:
        draw.text((40, y), name, font=mono, fill=70)
        right(draw, (520, y), price, mono, 70)
        y += 44
    draw.line((40, y + 8, 520, y + 8), fill=110, width=2)
    draw.text((40, y + 28), "TOTAL", font=font("SansMono-Bold", 28), fill=60)
    right(draw, (520, y + 28), "21.50", font("SansMono-Bold", 28), 60)
    write(draw, (40, y + 110), "Paid in cash.\n\nYou were served by Nell.\n\nPlease take your number and wait. "
          "We never lose a number.", mono, 480, 70)
    return speckle(image, 26, seed=5)


def newspaper():
    """Two columns under one headline."""
    image = Image.new("L", (1300, 740), 244)
    draw = ImageDraw.Draw(image)
    draw.text((650, 50), "The Evening Ebb", font=font("Serif-Bold", 64), fill=INK, anchor="ma")
    draw.line((70, 150, 1230, 150), fill=INK, width=3)
    draw.text((650, 172), "LIGHTHOUSE WAKES ITSELF", font=font("SerifCondensed-Bold", 44), fill=INK, anchor="ma")
    first = """
    The lamp on Gannet Rock, dark since the spring because no ship had need of it, lit itself on Tuesday within a
    minute of the first sail being sighted.

    The keeper, who was asleep ashore, says that this is exactly what he had arranged. A fisherman who saw it called
    the light punctual.
    """
    second = """
    By midnight eleven vessels had been guided in and the lamp was allowed to go out again. The harbour board notes
    that the oil saved since April would fill a rowing boat.

    Other rocks along the coast have written to ask how it is done. The keeper has promised to answer every letter
    in the order of its arrival.
    """
    write(draw, (80, 280), first, font("Serif", 26), 500)
    draw.line((650, 270, 650, 670), fill=90, width=2)
    write(draw, (730, 280), second, font("Serif", 26), 500)
    return speckle(image, 14, seed=6)


def fax():
    """A poor scan: few pixels, noise, a sheet that went in crooked."""
    image = Image.new("L", (840, 460), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((70, 60), "TELEGRAM", font=font("SansMono-Bold", 34), fill=40)
    text = """
    BARGE MARIGOLD DELAYED BY FOG AT THE NARROWS

    HOLD HER PLACE IN THE QUEUE

    TWELVE CRATES OF LEMONS AND ONE PIANO

    CREW WELL AND SINGING
    """
    write(draw, (70, 150), text, font("SansMono", 24), 700, 40)
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    image = image.rotate(1.5, Image.Resampling.BICUBIC, fillcolor=PAPER)
    return speckle(image, 90, seed=7)


def notice():
    """A notice on a wall as a hand-held camera sees it: lit from one side, its edges not parallel."""
    paper = Image.new("L", (1000, 800), 250)
    draw = ImageDraw.Draw(paper)
    draw.rectangle((24, 24, 975, 775), outline=INK, width=5)
    draw.text((500, 80), "NOTICE TO ALL FERRIES", font=font("Sans-Bold", 54), fill=INK, anchor="ma")
    text = """
    Between the tides this pier is not manned. Ring the bell once and stay where you are.

    Help will come. The bell is heard at every hour.
    """
    write(draw, (90, 230), text, font("Sans", 42), 830)
    wall = Image.new("L", (1280, 1000), 150)
    # Four points of the notice, for the photograph's corners: top left, bottom left, bottom right, top right.
    seen = paper.transform(wall.size, Image.Transform.QUAD, (-150, -90, -120, 880, 1140, 900, 1120, -130),
                           Image.Resampling.BICUBIC, fillcolor=150)
    return speckle(shade(seen.filter(ImageFilter.GaussianBlur(0.8)), 150, 255), 20, seed=8).convert("RGB")


def board():
    """Light letters on a dark ground."""
    image = Image.new("RGB", (1100, 620), (16, 26, 44))
    draw = ImageDraw.Draw(image)
    draw.text((70, 50), "DEPARTURES", font=font("Sans-Bold", 50), fill=(255, 214, 120))
    rows = [
        ("06:15", "Gannet Rock", "On time"),
        ("07:40", "Saint Orla", "Boarding"),
        ("09:05", "Upper Narrows", "Waiting for tide"),
        ("11:30", "Far Skerry", "On time"),
    ]
    face = font("Sans", 36)
    for index, row in enumerate(rows):
        for x, cell in zip((70, 260, 680), row):
            draw.text((x, 170 + index * 90), cell, font=face, fill=(236, 240, 246))
    return image.quantize(16)


def label():
    """The smallest: what is tied to a crate."""
    image = Image.new("L", (360, 150), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 4, 355, 145), outline=INK, width=3)
    draw.text((30, 28), "Keep dry", font=font("Sans-Bold", 40), fill=INK)
    draw.text((30, 88), "Crate 17 of 60", font=font("Sans", 30), fill=INK)
    return image.quantize(4)


NOT_A_PAGE = """This file says that it is a picture. It is not: it is a few lines of plain text with the wrong name.

Somebody always sends one. It must fail, say why, and hold up nobody behind it in the queue.
"""

# How each picture is saved, and words that anything which can read must find on it.
PAGES = [
    ("letter.png", letter, {}, "in the book is never forgotten"),
    ("invoice.png", invoice, {}, "Brass lantern with green glass"),
    ("receipt.jpg", receipt, {"quality": 70}, "Seaweed soup"),
    ("telegram-fax.jpg", fax, {"quality": 35}, "HOLD HER PLACE IN THE QUEUE"),
    ("crate-label.png", label, {}, "Crate 17 of 60"),
    ("chapter-300dpi.jpg", chapter, {"quality": 45, "dpi": (300, 300)}, "There is an hour between the tides"),
    ("newspaper.jpg", newspaper, {"quality": 60}, "LIGHTHOUSE WAKES ITSELF"),
    ("departures.png", board, {}, "Waiting for tide"),
    ("notice-photo.jpg", notice, {"quality": 70}, "Ring the bell once"),
]


def main():
    listed = []
    for name, draw, options, contains in PAGES:
        draw().save(HERE / name, optimize=True, **options)
        kind = "image/png" if name.endswith(".png") else "image/jpeg"
        listed.append({"file": name, "contentType": kind, "contains": contains})
    # In the middle, so that a run shows the pages behind it going on unharmed.
    (HERE / "not-a-page.png").write_text(NOT_A_PAGE)
    listed.insert(5, {"file": "not-a-page.png", "contentType": "image/png", "fails": True})
    lines = ",\n".join("  " + json.dumps(page) for page in listed)
    (HERE / "pages.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
