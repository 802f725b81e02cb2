"""The posters of the demo's films, each drawn by a function of its own: nothing borrowed, nothing to license."""

import math

from reservations.management.demo.canvas import Canvas, at, dice, fan


def lighthouse() -> Canvas:
    navy, coral, cream, gold = "#12233f", "#e2604a", "#f6ead2", "#f8c45c"
    c = Canvas("#1c3763", "#f0a27a")
    c.circle(400, 690, 285, "#f6c58a")
    for tip in ((-40, 95), (-40, 330)), ((840, 120), (840, 350)):
        c.polygon([(400, 262), *tip], (255, 226, 150, 70))
        c.polygon([(400, 262), (tip[0][0], tip[0][1] + 70), (tip[1][0], tip[1][1] - 70)], (255, 236, 180, 110))
    edge = [(345, 330), (455, 330), (490, 900), (310, 900)]
    c.polygon(edge, cream)
    for n in range(0, 6, 2):
        top, bottom = 330 + n * 95, 425 + n * 95
        half = [55 + 35 * (y - 330) / 570 for y in (top, bottom)]
        c.polygon([(400 - half[0], top), (400 + half[0], top), (400 + half[1], bottom), (400 - half[1], bottom)], coral)
    c.polygon([(400, 330), (455, 330), (490, 900), (400, 900)], (18, 35, 63, 40))
    c.rectangle(330, 312, 140, 20, navy, 4)
    c.rectangle(360, 232, 80, 80, gold)
    c.glow(400, 268, 130, "#fff3cf", 0.9)
    for x in (360, 397, 434):
        c.rectangle(x, 228, 6, 86, navy)
    c.slice(400, 230, 52, 180, 360, navy)
    c.rectangle(397, 150, 6, 40, navy)
    for y, colour, shift in ((850, "#2c5a82", 0), (895, "#1f4468", 90), (945, "#173353", 30), (1000, navy, 140)):
        c.waves(y, 13, 200, colour, shift)
    c.title("The Lighthouse", "Timetable", y=1022, size=62, fill=cream, spacing=0.1)
    return c


def moons() -> Canvas:
    paper = "#f4e3c8"
    c = Canvas("#3a2a66", "#150f2c")
    throw = dice(9)
    for _ in range(150):
        c.circle(throw.uniform(0, 800), throw.uniform(0, 940), throw.uniform(0.8, 2.4), (244, 227, 200, 170))
    for n, lit in enumerate((0.2, 0.45, 0.75, 0.9, 1, 0.9, 0.75, 0.45, 0.2)):
        x, y, r, side = 160 + n % 3 * 240, 180 + n // 3 * 250, 98, -1 if n < 4 else 1
        if n == 4:
            c.glow(x, y, 240, "#f2a365", 0.55)
            corners = fan(x, y, 114, 8, 22.5)
            folds = ["#ffd9ad", "#f7b98a", "#ee9c6c", "#d97f5a", "#c96f52", "#dd8a60", "#f2ab78", "#fbc797"]
            for k, fold in enumerate(folds):
                c.polygon([(x - 16, y - 20), corners[k], corners[(k + 1) % 8]], fold)
            continue
        c.circle(x, y, r, (244, 227, 200, 26))
        half_turn = [math.pi * k / 60 for k in range(61)]
        limb = [(x - side * r * math.sin(a), y - r * math.cos(a)) for a in half_turn]
        shadow = [(x + side * r * (2 * lit - 1) * math.sin(a), y - r * math.cos(a)) for a in reversed(half_turn)]
        c.polygon([*limb, *shadow], paper)
    c.title("Nine Moons", "of Paper", y=930, size=84, fill=paper, spacing=0.08)
    c.letters("ONE OF THEM IS GOING OUT", 400, 1135, 24, "#f2a365", spacing=0.3)
    return c


def fox() -> Canvas:
    teal, orange, deep, cream = "#123c43", "#e8762c", "#c4551d", "#fbf1dc"
    c = Canvas("#fbe9c4", "#f6cf8e")

    def stave(x: float, n: int) -> float:
        return 460 + n * 44 + 46 * math.sin(x / 130)

    for n in range(5):
        c.line([(x, stave(x, n)) for x in range(0, 805, 5)], 4, (18, 60, 67, 120))
    for x, n in ((62, 4), (132, 1), (238, 3), (575, 3), (672, 1), (744, 3)):
        y = stave(x, n)
        c.circle(x, y, 21, teal)
        c.line([(x + 17, y), (x + 17, y - 110)], 7, teal)
        c.polygon([(x + 14, y - 112), (x + 48, y - 84), (x + 44, y - 56), (x + 14, y - 84)], teal)
    for side, fur, cheek in ((-1, orange, cream), (1, deep, "#e9d7b4")):
        half = {
            "ear": ([(262, 430), (88, 577), (0, 592), (225, 740)], fur),
            "in the ear": ([(230, 502), (128, 592), (202, 665)], teal),
            "face": ([(0, 590), (100, 572), (258, 755), (0, 1050)], fur),
            "cheek": ([(258, 755), (0, 1050), (95, 815)], cheek),
            "eye": ([(52, 772), (140, 738), (118, 788)], teal),
            "bow": ([(0, 1122), (118, 1072), (118, 1172)], teal),
        }
        for points, colour in half.values():
            c.polygon([(400 + side * x, y) for x, y in points], colour)
        c.circle(400 + side * 106, 762, 7, cream)
    c.polygon([(400, 640), (440, 820), (400, 1040), (360, 820)], "#f08a3e")
    c.circle(400, 1035, 27, teal)
    c.rectangle(378, 1098, 44, 48, "#c93b3b", 10)
    c.title("A Fox in the", "Orchestra", y=70, size=98, fill=teal, spacing=0.04)
    c.letters("SECOND VIOLIN, FIRST SUSPECT", 400, 306, 25, deep, spacing=0.25)
    return c


def funicular() -> Canvas:
    dark, yellow, mist = "#08130f", "#ffcf56", "#dfe9d8"
    c = Canvas("#10261f", "#274c3d")
    c.glow(672, 160, 330, "#f4efc9", 0.55)
    c.circle(672, 160, 82, "#f8f2cf")
    c.circle(646, 138, 14, "#e8dfb0")
    c.circle(698, 190, 20, "#e8dfb0")
    c.polygon([(0, 560), (200, 420), (340, 530), (560, 372), (800, 610), (800, 1200), (0, 1200)], "#1d3c31")
    c.polygon([(0, 1050), (800, 385), (800, 1200), (0, 1200)], "#122a22")
    c.polygon([(0, 1150), (800, 485), (800, 1200), (0, 1200)], dark)
    slope = (485 - 1150) / 800
    for n in range(-1, 30):
        x = n * 30
        y = 1150 + slope * x
        c.line([(x - 12, y - 22), (x + 12, y + 8)], 7, "#3c5a4c")
    for lift in (-4, -18):
        c.line([(-10, 1158 + lift), (810, 477 + lift)], 4, "#8aa596")
    c.line([(-10, 985), (810, 304)], 3, "#5d7a6b")
    # The car, level in itself, climbs along the rails.
    c.line([(400, 640), (400, 690)], 8, "#8aa596")
    c.polygon([(255, 790), (545, 550), (545, 735), (255, 975)], "#b23a2e")
    c.polygon([(255, 790), (545, 550), (545, 580), (255, 820)], "#d8553f")
    c.glow(400, 740, 250, yellow, 0.35)
    for n in range(4):
        x = 273 + n * 68
        y = 790 - (x - 255) * 240 / 290
        c.polygon([(x, y + 50), (x + 50, y + 9), (x + 50, y + 84), (x, y + 125)], yellow)
    x, y = 409, 662.5  # somebody at the third window
    c.circle(x + 26, y + 62, 11, dark)
    c.polygon([(x + 10, y + 113), (x + 14, y + 82), (x + 26, y + 72), (x + 38, y + 78), (x + 42, y + 88)], dark)
    throw = dice(4)
    for _ in range(70):
        x = throw.uniform(330, 790)
        c.rectangle(x, throw.uniform(1210 + slope * (x - 90), 1190), 5, 5, (255, 207, 86, throw.choice((90, 160, 230))))
    c.title("Midnight", "at the", "Funicular", x=62, y=66, size=84, fill=mist, spacing=0.04, align="left")
    return c


def smugglers() -> Canvas:
    jade, ink, red, sand = "#1f6f5c", "#152f2b", "#d2442f", "#f3e2bd"
    c = Canvas("#f7ead0", "#eccb94")
    c.circle(400, 560, 250, red)
    for n in range(4):
        c.rectangle(120, 640 + n * 42, 560, 8 + n * 5, "#f1d9aa")
    # Battened sails, as on a junk.
    for mast, top, bottom, width, panels in ((330, 345, 800, 165, 5), (500, 262, 810, 225, 6)):
        c.line([(mast, top - 52), (mast, 860)], 9, ink)
        step = (bottom - top) / panels
        for n in range(panels):
            y, left, right = top + n * step, mast - 0.4 * width - 5 * n, mast + 0.6 * width
            corners = [(left, y + 24), (right, y), (right + 6, y + step - 7), (left - 5, y + step + 17)]
            c.polygon(corners, "#2b8a70" if n % 2 else jade)
        c.line([(mast, top), (mast, bottom)], 5, (21, 47, 43, 90))
    c.polygon([(502, 212), (574, 229), (502, 250)], red)
    c.polygon([(195, 805), (300, 842), (560, 842), (690, 770), (628, 940), (262, 940)], ink)
    c.polygon([(213, 835), (672, 835), (664, 852), (222, 852)], sand)
    # The waves are a pattern of scales.
    for row in range(9):
        for n in range(-1, 11):
            x, y = n * 90 + (row % 2) * 45, 945 + row * 32
            for radius, colour in ((50, sand), (45, jade), (34, sand), (29, "#2b8a70"), (18, sand), (13, jade)):
                c.slice(x, y, radius, 180, 360, colour)
    c.rectangle(0, 1010, 800, 190, ink)
    c.title("The Tea Smugglers", y=66, size=64, fill=ink, spacing=0.05)
    c.letters("STEEPED IN TROUBLE", 400, 146, 26, red, spacing=0.4)
    c.letters("NO CUSTOMS. SOME MANNERS.", 400, 1090, 26, sand, spacing=0.34)
    return c


def thunder() -> Canvas:
    yellow, foam, deep = "#ffe14d", "#e9eef0", "#101b26"
    c = Canvas("#5a6f80", "#1b2c3b")
    throw = dice(6)
    for _ in range(190):
        x, y, length = throw.uniform(-60, 860), throw.uniform(-40, 900), throw.uniform(30, 90)
        c.line([(x, y), (x - length * 0.32, y + length)], 2, (233, 238, 240, 60))
    for x, y, r in ((110, 90, 130), (260, 60, 150), (430, 80, 160), (600, 50, 150), (740, 95, 140)):
        c.circle(x, y, r, "#34475a")
    for x, y, r in ((40, 40, 120), (190, 15, 130), (360, 20, 140), (540, 5, 130), (700, 25, 140)):
        c.circle(x, y, r, "#263748")
    c.glow(420, 520, 430, yellow, 0.35)
    c.polygon([(470, 180), (250, 575), (392, 575), (292, 905), (585, 465), (428, 465), (560, 180)], yellow)
    c.polygon([(515, 180), (560, 180), (428, 465), (585, 465), (292, 905), (480, 490), (370, 490)], "#f5b93a")
    for row, (y, colour) in enumerate(((815, "#2f5068"), (870, "#244158"), (925, "#193044"), (980, deep))):
        points = [(x * 100 - 60 + row * 37 % 100, y + (0 if x % 2 else 52)) for x in range(11)]
        c.polygon([(-60, 1200), *points, (900, 1200)], colour)
        for x, _ in points[1::2] if row < 2 else ():
            c.polygon([(x, y), (x - 24, y + 13), (x - 3, y + 17), (x + 14, y + 8)], foam)
    c.title("Salt and", "Thunder", y=935, size=100, fill=foam, spacing=0.1, weight=0.06)
    return c


def cartographer() -> Canvas:
    green, brown, paper, red = "#5d7f4e", "#5b3a24", "#f1e7c9", "#cf3f2e"
    c = Canvas("#f4ebd0", "#e6d8ac")
    for x in range(0, 801, 100):
        c.line([(x, 0), (x, 1200)], 1.5, (91, 58, 36, 45))
    for y in range(0, 1201, 100):
        c.line([(0, y), (800, y)], 1.5, (91, 58, 36, 45))

    def hill(x, y, size, seed):
        for n, colour in enumerate(("#dfe2b4", "#c9d49b", "#afc283", "#92ad6c", "#769757")):
            radius = size * (1 - n * 0.185)
            shape = [
                at(
                    x + n * 7,
                    y - n * 9,
                    radius * (1 + 0.16 * math.sin(3 * a / 57.3 + seed) + 0.08 * math.sin(5 * a / 57.3 + 2 * seed)),
                    a,
                )
                for a in range(0, 360, 4)
            ]
            c.polygon(shape, colour)
            c.line([*shape, shape[0]], 2.5, green)

    hill(600, 520, 205, 1)
    hill(170, 690, 180, 4)
    c.line([(x, 905 + 42 * math.sin(x / 95)) for x in range(-10, 815, 5)], 30, "#8fc1c9")
    route = [(110 + n * 9.2, 985 - 330 * (n / 60) ** 1.6 - 60 * math.sin(n / 6)) for n in range(62)]
    for start in range(0, 58, 3):
        c.line(route[start : start + 2], 7, red)
    x, y = 676, 540
    for end in (-26, 26):
        c.line([(x - 26, y - end), (x + 26, y + end)], 12, red)
    # The dog, as long as the river.
    c.rectangle(150, 965, 400, 108, brown, 54)
    for leg in (185, 255, 450, 512):
        c.rectangle(leg, 1040, 34, 92, brown, 14)
    c.line([(160, 1000), (112, 930), (118, 880)], 22, brown)
    c.circle(118, 880, 11, brown)
    c.polygon([(440, 1000), (545, 860), (612, 880), (600, 985), (550, 1030)], brown)
    c.rectangle(520, 828, 150, 96, brown, 44)
    c.rectangle(610, 862, 116, 56, brown, 28)
    c.circle(720, 880, 17, "#20140c")
    c.circle(622, 866, 10, paper)
    c.circle(625, 867, 6, "#20140c")
    c.rectangle(532, 842, 56, 122, "#3d2515", 28)
    c.polygon([(500, 962), (606, 972), (603, 998), (488, 988)], red)
    c.circle(566, 1008, 15, "#f2b93b")
    c.rectangle(0, 1128, 800, 72, green)
    c.title("The Cartographer’s", "Dog", y=62, size=61, fill=brown, spacing=0.03)
    c.letters("HERE BE RABBITS", 400, 214, 25, red, spacing=0.4)
    return c


def umbrellas() -> Canvas:
    c = Canvas("#c9d3da", "#93a3b0")
    throw = dice(17)
    for _ in range(260):
        x, y = throw.uniform(0, 800), throw.uniform(0, 1200)
        c.line([(x, y), (x + 3, y + throw.uniform(8, 22))], 2, (255, 255, 255, 120))
    blues = ("#41566b", "#50697f", "#2f4154", "#647d92", "#384c60")
    rows = ((112, 304, 496, 688), (208, 400, 592), (112, 304, 496, 688), (208, 400, 592), (304, 496, 688))
    spots = [(x, 108 + row * 162) for row, xs in enumerate(rows) for x in xs]
    for n, (x, y) in enumerate(spots):
        is_red = n == 8
        base = "#d93a34" if is_red else blues[n % 5]
        turned, r = throw.uniform(0, 45), 96 if is_red else 86
        corners = fan(x, y, r, 8, turned)
        c.polygon([(px + 9, py + 14) for px, py in corners], (30, 42, 54, 90))
        c.polygon(corners, base)
        for k in range(0, 8, 2):
            c.polygon([(x, y), corners[k], corners[(k + 1) % 8]], (255, 255, 255, 38))
        for corner in corners:
            c.line([(x, y), corner], 2, (20, 30, 40, 110))
        c.circle(x, y, 6, "#f4f1ea")
    c.rectangle(0, 890, 800, 310, "#1f2c39")
    c.title("Seventeen", "Umbrellas", y=930, size=92, fill="#f4f1ea", spacing=0.09)
    c.letters("AND ONE REASON TO GET WET", 400, 1142, 23, "#e5716c", spacing=0.32)
    return c


def engines() -> Canvas:
    pale, cyan = "#d7f3f1", "#3fd0c9"
    c = Canvas("#0a1420", "#04070c")
    x, y = 400, 460
    c.glow(x, y, 620, "#0f5560", 0.8)
    for n in range(36):
        c.polygon([(x, y), at(x, y, 900, n * 10), at(x, y, 900, n * 10 + 3)], (63, 208, 201, 16))
    for radius, width, colour in (
        (372, 3, "#1d5a63"),
        (350, 26, "#12343d"),
        (300, 4, cyan),
        (236, 42, "#0f2a33"),
        (178, 3, cyan),
    ):
        c.ring(x, y, radius, width, colour)
    for n in range(24):
        blade = [
            at(x, y, 196, n * 15),
            at(x, y, 292, n * 15 + 9),
            at(x, y, 292, n * 15 + 15),
            at(x, y, 196, n * 15 + 7),
        ]
        c.polygon(blade, "#1f6670" if n % 2 else "#2b8791")
    for n in range(60):
        c.line([at(x, y, 330, n * 6), at(x, y, 344 if n % 5 else 322, n * 6)], 2.5, "#58a7a8")
    for n in range(6):
        c.polygon(fan(*at(x, y, 120, n * 60 + 30), 40, 6), "#123842")
        c.polygon(fan(*at(x, y, 120, n * 60 + 30), 26, 6), "#ff8a3d" if n == 4 else "#1c5560")
    c.glow(x, y, 150, "#ffb066", 1)
    c.circle(x, y, 44, "#fff1dc")
    c.ring(x, y, 64, 5, "#ffb066")
    # Somebody very small, to whom it belongs.
    c.line([(0, 872), (800, 872)], 3, "#2b8791")
    c.rectangle(391, 828, 18, 42, pale, 7)
    c.circle(400, 816, 11, pale)
    c.title("Quiet", "Engines", y=930, size=96, fill=pale, spacing=0.24, weight=0)
    return c


def apricot() -> Canvas:
    leaf, bark = "#3f7d4d", "#5a4632"
    c = Canvas("#dff0e2", "#f8e4c3")
    for n in range(14):
        c.polygon(
            [(400, 520), at(400, 520, 1100, n * 360 / 14), at(400, 520, 1100, n * 360 / 14 + 12.8)], (255, 255, 255, 70)
        )
    c.oval(445, 878, 620, 66, (90, 70, 50, 60))
    c.circle(400, 560, 312, "#f29a3f")
    c.circle(376, 538, 286, "#f6ab4f")
    c.circle(340, 500, 226, "#f9bd68")
    c.glow(280, 420, 170, "#fff0cf", 0.75)
    c.glow(535, 670, 150, "#e4572e", 0.55)
    crease = [(400 + 118 * math.sin(n / 60 * math.pi), 560 - 312 * math.cos(n / 60 * math.pi)) for n in range(61)]
    c.line(crease, 9, "#d9762a")
    c.line([(px - 9, py) for px, py in crease[2:-2]], 5, "#fbd08c")
    c.line([(402, 262), (418, 205), (470, 150)], 16, bark)
    along, across = (math.cos(-0.35), math.sin(-0.35)), (-math.sin(-0.35), math.cos(-0.35))
    for side, colour in ((1, leaf), (-1, "#57995f")):
        rim = [(n * 5.2, side * 62 * math.sin(math.pi * n / 40)) for n in range(41)]
        c.polygon([(430 + u * along[0] + v * across[0], 205 + u * along[1] + v * across[1]) for u, v in rim], colour)
    c.line([(430, 205), (430 + 208 * along[0], 205 + 208 * along[1])], 4, "#d7efcf")
    c.title("The Last Apricot", y=962, size=72, fill="#4a3524", spacing=0.04)
    c.letters("A VALLEY, AN ORCHARD, ELEVEN SUMMERS", 400, 1062, 24, "#c4622a", spacing=0.22)
    c.letters("A DOCUMENTARY", 400, 1110, 20, leaf, spacing=0.5)
    return c


def cosmonauts() -> Canvas:
    dusk, window, white = "#241437", "#ffd36e", "#fff4e3"
    c = Canvas("#3c2268", "#ff9466")
    throw = dice(11)
    for _ in range(90):
        c.circle(throw.uniform(0, 800), throw.uniform(0, 560), throw.uniform(1, 3), (255, 244, 227, 190))
    c.circle(648, 505, 70, "#ffd9b0")
    c.oval(648, 515, 216, 46, "#fff0d8")
    c.oval(648, 509, 196, 36, "#ffd9b0")

    def house(x, width, top, colour, lights):
        c.rectangle(x, top, width, 1200 - top, colour)
        for column in range(int(width // 34) - 1):
            for row in range(int((1180 - top) // 46)):
                if throw.random() < lights:
                    c.rectangle(x + 20 + column * 34, top + 26 + row * 46, 16, 24, window)

    for x, width, top in ((-10, 130, 800), (120, 110, 730), (230, 150, 830), (520, 120, 770), (640, 170, 700)):
        house(x, width, top, "#5c2f63", 0.25)
    for x, width, top in ((-20, 190, 940), (250, 290, 960), (600, 230, 900)):
        house(x, width, top, dusk, 0.4)
    # A water tower that has other plans.
    for x in (318, 395, 472):
        c.line([(x, 960), (395 + (x - 395) * 0.72, 790)], 9, dusk)
    c.line([(318, 940), (462, 810)], 5, dusk)
    c.line([(472, 940), (328, 810)], 5, dusk)
    c.glow(395, 850, 120, "#ffe7a0", 0.8)
    c.rectangle(322, 560, 146, 236, white, 18)
    c.rectangle(395, 560, 73, 236, (36, 20, 55, 38), 18)
    c.polygon([(322, 580), (395, 430), (468, 580)], "#e5484d")
    for side in (-1, 1):
        c.polygon([(395 + side * 72, 700), (395 + side * 128, 812), (395 + side * 72, 790)], "#e5484d")
    c.circle(395, 650, 42, dusk)
    c.circle(395, 650, 32, "#8fd3ff")
    c.circle(395, 662, 15, "#ffcfa3")
    c.slice(395, 660, 17, 180, 360, "#5a3524")
    for y in (730, 752):
        c.rectangle(322, y, 146, 7, "#e5484d")
    c.line([(395, 432), (395, 392)], 5, dusk)
    c.circle(395, 388, 9, window)
    c.title("Rooftop", "Cosmonauts", y=84, size=92, fill=white, spacing=0.05, weight=0.05)
    c.letters("BACK BEFORE SUPPER", 400, 312, 26, window, spacing=0.36)
    return c


def weir() -> Canvas:
    pale, deep = "#e3f0ea", "#06191c"
    c = Canvas("#2d6a6a", "#06191c")
    c.glow(400, 300, 420, "#cfe8d8", 0.6)
    c.circle(400, 300, 150, pale)
    throw = dice(12)
    for layer, colour in (((0, 1), "#1e4f50"), ((1, 1), "#123638")):
        for n in range(27):
            x, height = n * 32 - 20 + layer[0] * 14, throw.uniform(70, 190) - 20 * layer[0]
            c.polygon([(x - 22, 570), (x, 570 - height), (x + 22, 570)], colour)
    c.rectangle(0, 560, 800, 22, deep)
    for n in range(80):
        c.rectangle(n * 10 + 2, 582, 4, throw.uniform(40, 92), (227, 240, 234, throw.choice((60, 110, 170))))
    c.rectangle(0, 640, 800, 560, (6, 25, 28, 150))
    for n in range(14):
        y, half = 672 + n * 19, 150 * math.sqrt(max(0, 1 - ((n - 6) / 8.5) ** 2)) * throw.uniform(0.55, 1.1)
        c.rectangle(400 - half + throw.uniform(-24, 24), y, 2 * half, 8, (227, 240, 234, 215 - n * 11), 4)
    # A boat, and nobody in it.
    c.polygon([(505, 566), (655, 566), (628, 540), (535, 540)], deep)
    c.polygon([(95, 805), (262, 805), (232, 842), (122, 842)], "#020a0b")
    c.polygon([(95, 805), (262, 805), (256, 812), (101, 812)], "#b9543c")
    c.line([(180, 804), (236, 760)], 4, "#020a0b")
    c.title("Below", "the Weir", y=942, size=98, fill=pale, spacing=0.16, weight=0)
    return c
