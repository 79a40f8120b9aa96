import pydyf
import pytest

from nador.certification.pdf.drawing import Misdrawn, draw_code, pages_of
from nador.certification.pdf.sheet import compose
from tests.factories.facts import make_facts


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (1, "ساعة واحدة،"),
        (2, "ساعتان،"),
        (3, "3 ساعات،"),
        (10, "10 ساعات،"),
        (11, "11 ساعة،"),
        (100, "100 ساعة،"),
        (103, "103 ساعات،"),
    ],
)
def test_hours_are_counted_as_arabic_counts(hours: int, said: str) -> None:
    assert said in compose(make_facts(hours=hours))


def test_a_page_that_is_not_as_expected_stops_the_making() -> None:
    with pytest.raises(Misdrawn, match="0 pages"):
        pages_of(pydyf.PDF(), count=1)
    with pytest.raises(Misdrawn, match="0 places for a code"):
        draw_code(pydyf.PDF(), "https://certs.example.org/")
