"""The halls of the demo: one with everything, one to feel at home in, one under the roof."""

from decimal import Decimal
from typing import NamedTuple


class DemoHall(NamedTuple):
    number: int
    name: str
    turnaround_minutes: int
    price: Decimal
    premium: Decimal | None  # what the premium rows cost on top
    layout: list[str]


HALLS = (
    DemoHall(
        1,
        "The Grand",
        20,
        Decimal("11.00"),
        Decimal("4.50"),
        [
            "...SS.SSSSSSSSSSSS.SS...",
            "..SSS.SSSSSSSSSSSS.SSS..",
            "..SSS.SSSSSSSSSSSS.SSS..",
            ".SSSS.SSSSSSSSSSSS.SSSS.",
            ".SSSS.SSSSSSSSSSSS.SSSS.",
            "SSSSS.SSSSSSSSSSSS.SSSSS",
            "SSSSS.SSSSSSSSSSSS.SSSSS",
            "SSSSS.SSSSSSSSSSSS.SSSSS",
            "........................",
            "PPPPP.PPPPPPPPPPPP.PPPPP",
            "PPPPP.PPPPPPPPPPPP.PPPPP",
            "PPPPP.PPPPPPPPPPPP.PPPPP",
            "SSSSS.SSSSSSSSSSSS.SSSSS",
            "SSSSS.SSSSSSSSSSSS.SSSSS",
            ".SSSS.SSSSSSSSSSSS.SSSS.",
            "AAA......SSSSSS......AAA",
        ],
    ),
    DemoHall(
        2,
        "The Parlour",
        15,
        Decimal("9.50"),
        Decimal("3.50"),
        [
            ".SSSSSS..SSSSSS.",
            "SSSSSSS..SSSSSSS",
            "SSSSSSS..SSSSSSS",
            "SSSSSSS..SSSSSSS",
            "SSSSSSS..SSSSSSS",
            "PPPPPPP..PPPPPPP",
            "PPPPPPP..PPPPPPP",
            "SSSSSSS..SSSSSSS",
            "AAA.SS....SS.AAA",
        ],
    ),
    DemoHall(
        3,
        "The Attic",
        10,
        Decimal("8.00"),
        None,
        [
            ".SSS.SSS.",
            "SSSS.SSSS",
            "SSSS.SSSS",
            "SSSS.SSSS",
            "SSSS.SSSS",
            "A.......A",
        ],
    ),
)
