from datetime import UTC, datetime, timedelta

from nador.demo.diary import Diary
from nador.kernel import clock

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_entries_are_played_in_the_order_of_time_at_their_own_time() -> None:
    diary, played = Diary(), []

    def write(word: str) -> None:
        played.append((word, clock.now()))

    diary.note(NOON + timedelta(hours=1), write, "later")
    diary.note(NOON, write, "first")
    diary.note(NOON, write, "second")
    diary.note(NOON + timedelta(hours=3), write, "never")
    diary.play(until=NOON + timedelta(hours=2))

    assert played == [("first", NOON), ("second", NOON), ("later", NOON + timedelta(hours=1))]
